// Something is on its way. Says so to screen readers, and shows only after a moment so that fast answers don't flash.
import { texts } from "@/texts/texts";
import styles from "./spinner.module.css";

export function Spinner({ label = texts.common.loading }: { label?: string }) {
  return (
    <div className={styles.spinner} role="status">
      <span aria-hidden="true" />
      <span className="visually-hidden">{label}</span>
    </div>
  );
}
