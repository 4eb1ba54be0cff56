// What a reply tells of the message that it answers.
import type { Message, ReplyTo } from "@/sdk/types";
import { texts } from "@/texts/texts";

const EXCERPT_MAX = 120;

/** As the server will give it with the reply. */
export function quoteOf({ id, seq, sender, body }: Message): ReplyTo {
  return { id, seq, sender_id: sender?.id ?? null, excerpt: [...body].slice(0, EXCERPT_MAX).join("") };
}

export function replyTitle({ sender }: Message, ownUserId: string): string {
  const words = texts.chat.composer;
  if (sender?.id === ownUserId) return words.replyingToSelf;
  return words.replyingTo(sender?.display_name ?? texts.chat.someone);
}
