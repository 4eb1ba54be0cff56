// Who or what fits that which is being typed.
import { Avatar } from "@/components/avatar";
import { texts } from "@/texts/texts";
import styles from "./composer-parts.module.css";
import type { useCompletion } from "./use-completion";

export function CompletionList({ list }: { list: ReturnType<typeof useCompletion> }) {
  const words = texts.chat.composer;
  return (
    <div
      id={list.id}
      role="listbox"
      aria-label={list.kind === "emoji" ? texts.chat.emoji.open : words.mentions}
      className={styles.options}
    >
      {list.found.map((option, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the field, which keeps the focus
        <div
          key={option.key}
          id={list.optionId(option)}
          role="option"
          tabIndex={-1}
          aria-selected={index === list.index}
          className={styles.option}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => list.take(option)}
        >
          {option.user && <Avatar user={option.user} size={30} />}
          <span dir="auto" className={option.user ? undefined : styles.emoji}>
            {option.label}
          </span>
          <small dir="ltr">{option.detail}</small>
        </div>
      ))}
    </div>
  );
}
