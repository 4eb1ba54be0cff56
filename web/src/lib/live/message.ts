// How two states of a message become one, whichever came first.
import type { MessageDeleted, ReactionUpdated } from "@/sdk/events";
import type { Message, Reaction } from "@/sdk/types";

/**
 * Which reactions are one's own. Events leave that out of their lists, so it is kept apart: what the last snapshot
 * said, and what own events have changed since.
 */
interface OwnReactions {
  at: number;
  emoji: readonly string[];
  since: Readonly<Record<string, { version: number; active: boolean }>>;
}

export interface KnownMessage extends Message {
  own?: OwnReactions;
}

/** Events about a message that is not known yet; it takes them up when it comes. */
export interface EarlyEvents {
  deleted?: MessageDeleted;
  reactions: readonly ReactionUpdated[];
}

/** The one with the higher version, `b` when they are equal; what is known of own reactions is of both. */
export function mergeMessage(a: KnownMessage | undefined, b: KnownMessage): KnownMessage {
  if (!a) return withOwn(b, ownOf(b));
  return withOwn(b.version >= a.version ? b : a, joinOwn(ownOf(a), ownOf(b)));
}

export function withDeletion(message: KnownMessage, { version, deleted_at }: MessageDeleted): KnownMessage {
  if (version <= message.version) return message;
  const { own: _own, ...rest } = message;
  return { ...rest, version, deleted_at, body: "", attachments: [], reactions: [], mentions: [] };
}

export function withReaction(message: KnownMessage, event: ReactionUpdated, ownUserId: string): KnownMessage {
  if (message.deleted_at) return message;
  const { version, emoji, active, user_id } = event;
  const since = user_id === ownUserId ? { [emoji]: { version, active } } : {};
  const own = joinOwn(ownOf(message), { at: 0, emoji: [], since });
  const next = version > message.version ? { ...message, version, reactions: event.reactions } : message;
  return withOwn(next, own);
}

/** Takes up the events that came before the message. */
export function withEarly(message: KnownMessage, early: EarlyEvents | undefined, ownUserId: string): KnownMessage {
  if (!early) return message;
  const reacted = early.reactions.reduce<KnownMessage>(
    (known, event) => withReaction(known, event, ownUserId),
    message,
  );
  return early.deleted ? withDeletion(reacted, early.deleted) : reacted;
}

/** What one sees at once of one's own click; the event that follows has a higher version and replaces it. */
export function withOwnReaction(message: KnownMessage, emoji: string, active: boolean): KnownMessage {
  const known = message.reactions.find((reaction) => reaction.emoji === emoji);
  if ((known?.me ?? false) === active) return message;
  const changed: Reaction = { emoji, count: (known?.count ?? 0) + (active ? 1 : -1), me: active };
  const reactions = known
    ? message.reactions.map((reaction) => (reaction === known ? changed : reaction))
    : [...message.reactions, changed];
  const own = ownOf(message);
  const emojis = active ? [...own.emoji, emoji] : own.emoji.filter((other) => other !== emoji);
  const since = Object.fromEntries(Object.entries(own.since).filter(([other]) => other !== emoji));
  const shown = { ...message, reactions: reactions.filter((reaction) => reaction.count > 0) };
  return withOwn(shown, { ...own, emoji: emojis, since });
}

function ownOf(message: KnownMessage): OwnReactions {
  if (message.own) return message.own;
  const { version: at, reactions } = message;
  const told = reactions.every((reaction) => reaction.me !== undefined);
  if (!told) return { at: 0, emoji: [], since: {} };
  return { at, emoji: reactions.filter((reaction) => reaction.me).map((reaction) => reaction.emoji), since: {} };
}

function joinOwn(a: OwnReactions, b: OwnReactions): OwnReactions {
  const { at, emoji } = b.at >= a.at ? b : a;
  const since: Record<string, { version: number; active: boolean }> = {};
  for (const [name, known] of [...Object.entries(a.since), ...Object.entries(b.since)])
    if (known.version > at && known.version >= (since[name]?.version ?? 0)) since[name] = known;
  return { at, emoji, since };
}

function withOwn(message: KnownMessage, own: OwnReactions): KnownMessage {
  const known = Object.keys(own.since).length > 0;
  if (message.deleted_at || (message.reactions.length === 0 && !known)) {
    const { own: _own, ...rest } = message;
    return message.own ? rest : message;
  }
  const reactions = message.reactions.map((reaction) => ({
    ...reaction,
    me: own.since[reaction.emoji]?.active ?? own.emoji.includes(reaction.emoji),
  }));
  return { ...message, reactions, own };
}
