// What the chat shows, top to bottom. Nothing is built ahead: a row is made when it is drawn, from its message and the
// two beside it, so that a hundred thousand messages cost no more than ten.
import { isSameDay } from "@/lib/format-time";
import { indexOfSeq, lowerBound } from "@/lib/live/history";
import type { PendingMessage } from "@/sdk/outbox";
import type { Message } from "@/sdk/types";

export interface MessageRow {
  /** Stays the same when a message that was on its way has been stored, so that its bubble does not blink. */
  key: string;
  own: boolean;
  body: string;
  at: string;
  state: "sent" | "deleted" | "system" | PendingMessage["status"];
  message?: Message;
  pending?: PendingMessage;
  /** Whether the bubble starts or ends a group: the same person, within five minutes, on one day. */
  first: boolean;
  last: boolean;
  /** Whether a day starts here. */
  newDay: boolean;
  /** Whether the line "new messages" stands above. */
  newMark: boolean;
}

export interface Timeline {
  count: number;
  keyAt: (index: number) => string;
  rowAt: (index: number) => MessageRow;
  /** Where the message with this `seq` stands; -1 when it is not loaded. */
  indexOf: (seq: number) => number;
  /** Where the line "new messages" stands; -1 without one. */
  newMarkIndex: number;
}

const GROUP_MS = 5 * 60_000;
/** How far back a message that is still called pending may have been stored already. */
const STORED_WITHIN = 500;

interface Input {
  messages: readonly Message[];
  pending: readonly PendingMessage[];
  ownUserId: string;
  /** Messages of others above this `seq` are new. */
  readSeq: number;
  /**
   * There are older messages that are not loaded. The first one that is then waits for them: it can't be told yet
   * whether a day or a group begins with it, and what is read would jump when it is.
   */
  hasBefore?: boolean;
}

type Bare = Omit<MessageRow, "first" | "last" | "newDay" | "newMark">;
type Item = Message | PendingMessage;

/** What a row depends on besides its own message. Of those beside it the ids: whole messages would never be let go. */
interface Place {
  ownUserId: string;
  before: string | undefined;
  after: string | undefined;
  newMark: boolean;
  newMarkBelow: boolean;
}

/** Rows made before, by their message: a list asks for all of them again with each page that comes. */
const made = new WeakMap<Item, { row: MessageRow; place: Place }>();

export function makeTimeline({ messages, pending, ownUserId, readSeq, hasBefore = false }: Input): Timeline {
  const stored = new Set(messages.slice(-STORED_WITHIN).map((message) => message.client_id));
  const waiting = pending.filter((message) => !stored.has(message.clientId));
  const hidden = hasBefore && messages.length > 1 ? 1 : 0;
  const stands = messages.length - hidden;
  const count = stands + waiting.length;
  const placeOf = (index: number) => (index < 0 ? -1 : Math.max(0, index - hidden));
  const newMarkIndex = placeOf(firstNew(messages, readSeq, ownUserId));
  const itemAt = (index: number): Item | undefined => messages[index + hidden] ?? waiting[index - stands];
  return {
    count,
    newMarkIndex,
    keyAt: (index) => {
      const message = messages[index + hidden];
      return message ? keyOf(message, ownUserId) : (waiting[index - stands]?.clientId ?? String(index));
    },
    rowAt: (index) => {
      const item = itemAt(index);
      if (!item) throw new RangeError(`there is no row ${index} of ${count}`);
      const [before, after] = [itemAt(index - 1), itemAt(index + 1)];
      const newMark = index === newMarkIndex;
      const newMarkBelow = index + 1 === newMarkIndex;
      const place = { ownUserId, before: idOf(before), after: idOf(after), newMark, newMarkBelow };
      const known = made.get(item);
      if (known && isSamePlace(known.place, place)) return known.row;
      const row = makeRow(item, before, after, place);
      made.set(item, { row, place });
      return row;
    },
    indexOf: (seq) => placeOf(indexOfSeq(messages, seq)),
  };
}

function makeRow(item: Item, before: Item | undefined, after: Item | undefined, place: Place): MessageRow {
  const bareOf = (one: Item) => ("clientId" in one ? fromPending(one) : fromMessage(one, place.ownUserId));
  const [row, above, below] = [bareOf(item), before && bareOf(before), after && bareOf(after)];
  return {
    ...row,
    first: place.newMark || !joins(above, row),
    last: place.newMarkBelow || !joins(row, below),
    newDay: !above || !isSameDay(above.at, row.at),
    newMark: place.newMark,
  };
}

const idOf = (item: Item | undefined): string | undefined => item && ("clientId" in item ? item.clientId : item.id);

function isSamePlace(a: Place, b: Place): boolean {
  return (
    a.before === b.before &&
    a.after === b.after &&
    a.newMark === b.newMark &&
    a.newMarkBelow === b.newMarkBelow &&
    a.ownUserId === b.ownUserId
  );
}

function firstNew(messages: readonly Message[], readSeq: number, ownUserId: string): number {
  for (let index = lowerBound(messages, readSeq + 1); index < messages.length; index++)
    if (messages[index]?.sender?.id !== ownUserId) return index;
  return -1;
}

function joins(a: Bare | undefined, b: Bare | undefined): boolean {
  if (!a || !b || a.own !== b.own || a.state === "system" || b.state === "system") return false;
  if (!a.own && a.message?.sender?.id !== b.message?.sender?.id) return false;
  return isSameDay(a.at, b.at) && Date.parse(b.at) - Date.parse(a.at) < GROUP_MS;
}

function keyOf(message: Message, ownUserId: string): string {
  return message.sender?.id === ownUserId && message.client_id ? message.client_id : message.id;
}

function fromMessage(message: Message, ownUserId: string): Bare {
  return {
    key: keyOf(message, ownUserId),
    own: message.sender?.id === ownUserId,
    body: message.body,
    at: message.created_at,
    state: message.kind === "system" ? "system" : message.deleted_at ? "deleted" : "sent",
    message,
  };
}

function fromPending(pending: PendingMessage): Bare {
  const { clientId: key, body, createdAt: at, status: state } = pending;
  return { key, own: true, body, at, state, pending };
}
