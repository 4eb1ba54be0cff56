// For how long a conversation is muted.
import { formatFull } from "@/lib/format-time";
import { isMuted } from "@/lib/live/muted";
import type { Conversation } from "@/sdk/types";
import { texts } from "@/texts/texts";

export type MuteSpan = "hour" | "workday" | "week" | "always";

export const MUTE_SPANS: readonly MuteSpan[] = ["hour", "workday", "week", "always"];

const HOURS = { hour: 1, workday: 8, week: 7 * 24 } as const;

/** The contract's "for good": a time in the year 9999. */
const FOREVER = "9999-12-31T00:00:00.000Z";

export function mutedUntil(span: MuteSpan, now: Date): string {
  return span === "always" ? FOREVER : new Date(now.getTime() + HOURS[span] * 3_600_000).toISOString();
}

/** What the notifications of a conversation do now, in words. */
export function muteText(conversation: Pick<Conversation, "my">, now: Date): string {
  const until = conversation.my?.muted_until;
  if (until == null || !isMuted(until, now.getTime())) return texts.conversations.notificationsOn;
  if (until.startsWith("9999")) return texts.conversations.mutedForGood;
  return texts.conversations.mutedUntil(formatFull(until));
}
