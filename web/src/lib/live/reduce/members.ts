// Who is in a conversation, and in which role.
import type { MemberChanged } from "@/sdk/events";
import type { Member } from "@/sdk/types";
import { type KnownConversation, withMember } from "../conversation";
import type { LiveState, MemberList, Reduction } from "../state";
import { changeConversation } from "./conversations";

const RANK: Record<string, number> = { owner: 0, admin: 1, member: 2 };

export function memberChanged(state: LiveState, event: MemberChanged): Reduction {
  const { user, role, joined_at, version } = event;
  const change = (list: MemberList): MemberList => {
    const known = list.items.find((member) => member.user.id === event.user_id);
    const goneAt = list.gone?.[event.user_id] ?? -1;
    if (!user || goneAt >= version || (known && known.version > version)) return list;
    const others = list.items.filter((member) => member !== known);
    return { ...list, items: inOrder([...others, { user, role, joined_at, version }]) };
  };
  return changed(state, event, change);
}

export function memberRemoved(state: LiveState, event: MemberChanged): Reduction {
  const { user_id: id, version } = event;
  return changed(state, event, (list) => ({
    ...list,
    items: list.items.filter((member) => member.user.id !== id || member.version > version),
    gone: { ...list.gone, [id]: Math.max(version, list.gone?.[id] ?? 0) },
  }));
}

/** Owner and admins first, then by when they came. */
export function inOrder(items: readonly Member[]): Member[] {
  return [...items].sort((a, b) => {
    const byRank = (RANK[a.role] ?? 2) - (RANK[b.role] ?? 2);
    if (byRank !== 0) return byRank;
    if (a.joined_at !== b.joined_at) return a.joined_at < b.joined_at ? -1 : 1;
    return a.user.id < b.user.id ? -1 : 1;
  });
}

function changed(state: LiveState, event: MemberChanged, change: (list: MemberList) => MemberList): Reduction {
  const id = event.conversation_id;
  const list = state.members[id];
  const next = list ? { ...state, members: { ...state.members, [id]: change(list) } } : state;
  const own = event.user_id === state.ownUserId;
  return changeConversation(next, [], id, (conversation: KnownConversation) => withMember(conversation, event, own));
}
