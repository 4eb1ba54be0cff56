// Who is typing, in words, with three dots that move.

import type { Conversation, UserLite } from "@/sdk/types";
import { texts } from "@/texts/texts";
import styles from "./chat-header.module.css";

export function typingText(typing: readonly UserLite[], kind: Conversation["kind"]): string | undefined {
  const words = texts.chat.typing;
  const [first, second] = typing.map((user) => user.display_name || texts.chat.someone);
  if (first === undefined) return undefined;
  if (kind === "direct") return words.direct;
  if (second === undefined) return words.one(first);
  return typing.length === 2 ? words.two(first, second) : words.many(typing.length);
}

export function TypingLine({ text }: { text: string }) {
  return (
    <span className={styles.typing}>
      {text}
      <span className={styles.dots} aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
    </span>
  );
}
