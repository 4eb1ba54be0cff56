// Gathers what the parts of a conversation share: who is in it and what may be done.
import { useMemo, useRef } from "react";
import { useLive } from "@/lib/client-context";
import type { History } from "@/lib/live/history";
import type { Conversation, Member, Receipt, UserLite } from "@/sdk/types";
import type { ChatScene } from "./chat-scene";

/** Those who spoke in this many of the latest messages are known besides the members that are loaded. */
const SENDERS_IN = 400;

export type Standing = "open" | "closed" | "gone" | "not-connected" | "not-member";

/** Why one can't write here, or that one can. */
export function standingOf({ kind, my, peer, state }: Conversation): Standing {
  if (my === null) return "not-member";
  if (kind === "direct" && !peer) return "gone";
  if (state === "closed") return "closed";
  return kind === "direct" && peer?.relationship?.connected === false ? "not-connected" : "open";
}

export function useChatScene(
  conversation: Conversation | undefined,
  history: History,
  members: readonly Member[],
  receipts: Readonly<Record<string, Receipt>>,
): { scene: ChatScene; people: UserLite[] } {
  const { me } = useLive();
  const { items } = history;
  const everybody = useSamePeople(
    useMemo(() => {
      const byId = new Map<string, UserLite>();
      for (const { sender } of items.slice(-SENDERS_IN)) if (sender) byId.set(sender.id, sender);
      for (const { user } of members) byId.set(user.id, user);
      byId.set(me.id, me);
      return byId;
    }, [items, members, me]),
  );
  const byName = useMemo(() => new Map([...everybody.values()].map((user) => [user.username, user])), [everybody]);
  const people = useMemo(() => [...everybody.values()].filter((user) => user.id !== me.id), [everybody, me.id]);
  const others = useMemo(
    () => Object.values(receipts).filter((receipt) => receipt.user_id !== me.id),
    [receipts, me.id],
  );
  const kind = conversation?.kind ?? "direct";
  const role = conversation?.my?.role;
  const writable = conversation !== undefined && standingOf(conversation) === "open";
  const canModerate = kind !== "direct" && (role === "owner" || role === "admin");
  const scene = useMemo(
    () => ({
      ownUserId: me.id,
      kind,
      others,
      writable,
      canModerate,
      personOf: (userId: string) => everybody.get(userId),
      personNamed: (username: string) => byName.get(username),
    }),
    [me.id, kind, others, writable, canModerate, everybody, byName],
  );
  return { scene, people };
}

type People = ReadonlyMap<string, UserLite>;

/** The ones before while they are the same: each message draws again when they change. */
function useSamePeople(now: People): People {
  const kept = useRef(now);
  if (!areSame(kept.current, now)) kept.current = now;
  return kept.current;
}

function areSame(a: People, b: People): boolean {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  for (const [id, { username, display_name, avatar_url }] of b) {
    const known = a.get(id);
    if (!known || known.username !== username) return false;
    if (known.display_name !== display_name || known.avatar_url !== avatar_url) return false;
  }
  return true;
}
