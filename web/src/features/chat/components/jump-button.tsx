// Back to the latest message, with how many are new there.
import { Icon } from "@/components/icon";
import { locale, texts } from "@/texts/texts";
import styles from "./message-list.module.css";

export function JumpButton({ count, onPress }: { count: number; onPress: () => void }) {
  const label = count > 0 ? texts.chat.toLatestNew(count) : texts.chat.toLatest;
  return (
    <button type="button" className={styles.jump} onClick={onPress} aria-label={label} title={label}>
      <Icon name="down" />
      {count > 0 && <span className={styles.count}>{new Intl.NumberFormat(locale).format(count)}</span>}
    </button>
  );
}
