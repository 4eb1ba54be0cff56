// What a message answers, in short; a press shows the original in its place.

import type { components } from "@/sdk/schema";
import { texts } from "@/texts/texts";
import { plainText } from "../model/markdown";
import { useActions, useScene } from "./chat-scene";
import styles from "./message-bubble.module.css";

export function ReplyQuote({ reply }: { reply: components["schemas"]["ReplyTo"] }) {
  const { personOf, ownUserId } = useScene();
  const { jumpTo } = useActions();
  const words = texts.chat;
  const name =
    reply.sender_id === ownUserId
      ? words.youName
      : ((reply.sender_id && personOf(reply.sender_id)?.display_name) ?? words.someone);
  return (
    <button
      type="button"
      className={styles.quote}
      tabIndex={-1}
      aria-label={words.message.showOriginal(name)}
      onClick={() => jumpTo(reply.seq)}
    >
      <strong dir="auto">{name}</strong>
      <span dir="auto">{plainText(reply.excerpt) || words.message.noText}</span>
    </button>
  );
}
