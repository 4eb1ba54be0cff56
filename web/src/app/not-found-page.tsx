// An unknown address, for whoever comes: a page of its own.
import { NotFound } from "./not-found";
import styles from "./route-failed.module.css";

export function NotFoundPage() {
  return (
    <main className={styles.page}>
      <NotFound />
    </main>
  );
}
