// The reactions under a message: a press adds one's own or takes it back.
import type { Message } from "@/sdk/types";
import { texts } from "@/texts/texts";
import { useActions, useScene } from "./chat-scene";
import styles from "./reactions.module.css";

export function Reactions({ message }: { message: Message }) {
  const { writable } = useScene();
  const { toggleReaction } = useActions();
  const words = texts.chat.message;
  return (
    <fieldset className={styles.reactions} aria-label={words.reactions}>
      {message.reactions.map(({ emoji, count, me }) => (
        <button
          key={emoji}
          type="button"
          className={styles.reaction}
          aria-pressed={me ?? false}
          aria-label={words.reaction(emoji, count)}
          disabled={!writable}
          onClick={() => toggleReaction(message, emoji)}
        >
          <span aria-hidden="true">{emoji}</span>
          <span aria-hidden="true" className={styles.count}>
            {count > 1 && count}
          </span>
        </button>
      ))}
    </fieldset>
  );
}
