// How many characters are left, once it matters.
import { texts } from "@/texts/texts";
import styles from "./composer.module.css";

const COUNT_FROM = 200;

export function LengthLeft({ left }: { left: number }) {
  if (left >= COUNT_FROM) return null;
  const words = texts.chat.composer;
  return (
    <span
      className={styles.left}
      data-over={left < 0 || undefined}
      title={left < 0 ? words.over(-left) : words.left(left)}
    >
      <span aria-hidden="true">{left}</span>
      {left < 0 && (
        <span role="status" className="visually-hidden">
          {words.over(-left)}
        </span>
      )}
    </span>
  );
}
