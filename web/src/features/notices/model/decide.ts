// What a message is worth: a notice on the page, a notification of the desktop, a tone, or nothing.
import { type NoticeLevel, noticeLevel } from "@/lib/notice-level";
import type { Conversation, Me, Message, User } from "@/sdk/types";

export interface Situation {
  me: Me;
  conversation: Conversation | undefined;
  /** The conversation on screen. */
  openId: string | undefined;
  /** Whether the person looks at this page. */
  attention: boolean;
  quiet: boolean;
}

export interface Reaction {
  notice: boolean;
  desktop: boolean;
  sound: boolean;
}

const NOTHING: Reaction = { notice: false, desktop: false, sound: false };

export function decide(message: Message, situation: Situation): Reaction {
  const { me, conversation, openId, attention, quiet } = situation;
  const { sender } = message;
  if (quiet || !sender || sender.id === me.id || message.deleted_at || message.kind === "system") return NOTHING;
  if (!conversation?.my || message.seq <= conversation.my.read_seq) return NOTHING;
  if (isMutedPerson(conversation.peer)) return NOTHING;
  const level = noticeLevel(conversation, me.settings.notification_level);
  if (!isWorth(message, conversation, level, me.id)) return NOTHING;
  const seen = attention && openId === conversation.id;
  return { notice: attention && !seen, desktop: !attention, sound: !seen };
}

function isWorth(message: Message, { kind }: Conversation, level: NoticeLevel, ownId: string): boolean {
  if (level === "none") return false;
  return level === "all" || kind === "direct" || message.mentions.includes(ownId);
}

function isMutedPerson(peer: User | null): boolean {
  return peer?.relationship?.muting ?? false;
}
