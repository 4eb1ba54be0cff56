// What is told to those who have a conversation open, or watch somebody, and is stored nowhere.
import type { EventOf } from "@/sdk/events";
import type { OpenedConversation, Presence, Receipt } from "@/sdk/types";
import { withReadSeq } from "../conversation";
import { EMPTY_PLANE, type LiveState, type Plane, type Reduction } from "../state";
import { changeConversation } from "./conversations";

export function typingChanged(state: LiveState, event: EventOf<"typing">["data"]): Reduction {
  const { conversation_id, user_id, active } = event;
  return changePlane(state, conversation_id, (plane) => {
    if (plane.typing.includes(user_id) === active) return plane;
    const others = plane.typing.filter((other) => other !== user_id);
    return { ...plane, typing: active ? [...others, user_id] : others };
  });
}

export function receiptUpdated(state: LiveState, event: EventOf<"receipt.updated">["data"]): Reduction {
  const { conversation_id, ...receipt } = event;
  if (receipt.user_id !== state.ownUserId)
    return changePlane(state, conversation_id, (plane) => withReceipts(plane, [receipt]));
  // One's own marks, from another device.
  if (!state.inbox?.items.some((item) => item.id === conversation_id)) return { state, stale: [] };
  return changeConversation(state, [], conversation_id, (conversation) =>
    withReadSeq(conversation, receipt.read_seq, receipt.delivered_seq),
  );
}

export function onlineCounted(state: LiveState, event: EventOf<"presence.count">["data"]): Reduction {
  return changePlane(state, event.conversation_id, (plane) => ({ ...plane, onlineCount: event.online_count }));
}

export function presenceUpdated(state: LiveState, presence: Presence): Reduction {
  return { state: { ...state, presences: { ...state.presences, [presence.user_id]: presence } }, stale: [] };
}

/** The answer to opening a conversation. */
export function planeOpened(plane: Plane | undefined, opened: OpenedConversation, ownUserId: string): Plane {
  const others = opened.receipts.filter((receipt) => receipt.user_id !== ownUserId);
  const next = withReceipts({ ...(plane ?? EMPTY_PLANE), typing: opened.typing }, others);
  return opened.online_count === undefined ? next : { ...next, onlineCount: opened.online_count };
}

/** Marks never move back. A hidden read mark comes as 0 and stays as it was known. */
function withReceipts(plane: Plane, fresh: readonly Receipt[]): Plane {
  const receipts = { ...plane.receipts };
  for (const { user_id, delivered_seq, read_seq } of fresh) {
    const known = receipts[user_id];
    receipts[user_id] = {
      user_id,
      read_seq: Math.max(read_seq, known?.read_seq ?? 0),
      delivered_seq: Math.max(delivered_seq, known?.delivered_seq ?? 0),
    };
  }
  return { ...plane, receipts };
}

function changePlane(state: LiveState, id: string, change: (plane: Plane) => Plane): Reduction {
  const before = state.planes[id] ?? EMPTY_PLANE;
  const plane = change(before);
  return { state: plane === before ? state : { ...state, planes: { ...state.planes, [id]: plane } }, stale: [] };
}
