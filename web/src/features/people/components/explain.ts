// Why one can or can't write to somebody, and what would change it; and whether they are there.
import { formatAgo } from "@/lib/format-time";
import type { Presence, User } from "@/sdk/types";
import { texts } from "@/texts/texts";

export function explain({ display_name: name, relationship }: User): string {
  const words = texts.people.explain;
  if (relationship?.blocking) return words.blocking(name);
  if (relationship?.connected) return words.connected(name);
  if (relationship?.followed_by === "requested") return words.asksYou(name);
  if (relationship?.following === "requested") return words.requested(name);
  if (relationship?.following === "accepted") return words.following(name);
  return relationship?.followed_by === "accepted" ? words.followed(name) : words.none(name);
}

/** `undefined` when it is not known. */
export function presenceLine(presence: Presence | undefined, now: Date): string | undefined {
  const words = texts.people.presence;
  if (presence?.status === "online") return words.online;
  if (presence?.status === "away") return words.away;
  if (presence?.status === "dnd") return words.dnd;
  if (presence?.status !== "offline") return undefined;
  return presence.last_seen_at ? words.lastSeen(formatAgo(presence.last_seen_at, now)) : words.offline;
}
