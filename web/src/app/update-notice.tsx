// A quiet word that a newer version can be loaded. It waits for as long as the person likes.
import { useState } from "react";
import { Button } from "@/components/button";
import { texts } from "@/texts/texts";
import { useNewVersion } from "./new-version";
import styles from "./update-notice.module.css";

export function UpdateNotice() {
  const { update: words } = texts.app;
  const load = useNewVersion();
  const [later, setLater] = useState(false);
  if (!load || later) return null;
  return (
    <div className={styles.notice} role="status">
      <span>{words.ready}</span>
      <Button size="small" onClick={load}>
        {words.reload}
      </Button>
      <Button kind="quiet" size="small" onClick={() => setLater(true)}>
        {words.later}
      </Button>
    </div>
  );
}
