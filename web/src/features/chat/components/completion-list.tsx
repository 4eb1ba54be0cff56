// Who fits the mention that is being typed.
import { Avatar } from "@/components/avatar";
import { texts } from "@/texts/texts";
import styles from "./composer-parts.module.css";
import type { useMentionList } from "./use-mention-list";

export function MentionList({ list }: { list: ReturnType<typeof useMentionList> }) {
  return (
    <div id={list.id} role="listbox" aria-label={texts.chat.composer.mentions} className={styles.mentions}>
      {list.found.map((user, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the field, which keeps the focus
        <div
          key={user.id}
          id={list.optionId(user)}
          role="option"
          tabIndex={-1}
          aria-selected={index === list.index}
          className={styles.mention}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => list.take(user)}
        >
          <Avatar user={user} size={30} />
          <span dir="auto">{user.display_name}</span>
          <small dir="ltr">@{user.username}</small>
        </div>
      ))}
    </div>
  );
}
