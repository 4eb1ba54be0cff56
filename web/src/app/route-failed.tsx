// When drawing a part of the client fails: says so, keeps what was written, and offers two ways on.
import type { ErrorComponentProps } from "@tanstack/react-router";
import { Button } from "@/components/button";
import { EmptyState } from "@/components/empty-state";
import { texts } from "@/texts/texts";
import styles from "./route-failed.module.css";

export function RouteFailed({ error, reset }: ErrorComponentProps) {
  const { failed: words } = texts.app;
  const missing = isMissingPart(error);
  return (
    <div className={styles.failed} role="alert">
      <EmptyState icon="alert" title={missing ? words.partTitle : words.title}>
        <p>{missing ? words.partExplain : words.explain}</p>
        <div className={styles.buttons}>
          <Button onClick={() => window.location.reload()}>{words.reload}</Button>
          <Button kind="secondary" onClick={missing ? () => window.location.assign("/") : reset}>
            {missing ? words.home : texts.common.retry}
          </Button>
        </div>
      </EmptyState>
    </div>
  );
}

/** A part of the client is fetched when it is first needed; a new version or a lost connection may stand in the way. */
function isMissingPart(error: unknown): boolean {
  return (
    error instanceof Error &&
    /dynamically imported module|Importing a module script failed|preload CSS/i.test(error.message)
  );
}
