// The recovery codes, shown once. The window closes when the person says that they are kept.
import { useState } from "react";
import { Button } from "@/components/button";
import { Modal } from "@/components/modal";
import { useLive } from "@/lib/client-context";
import { saveFile } from "@/lib/save-file";
import { texts } from "@/texts/texts";
import { CopyButton } from "./copy-button";
import styles from "./factor.module.css";

interface Props {
  codes: readonly string[];
  onClose: () => void;
}

export function RecoveryCodes({ codes, onClose }: Props) {
  const { security: words } = texts.settings;
  const { me } = useLive();
  // Closing by accident would lose them for good: the first try asks.
  const [asked, setAsked] = useState(false);
  const lines = codes.join("\n");
  const file = `${words.codesFile(window.location.host, `@${me.username}`)}\n\n${lines}\n`;
  return (
    <Modal
      open
      onClose={() => (asked ? onClose() : setAsked(true))}
      title={words.codesTitle}
      explain={asked ? words.codesLeftUnread : words.codesExplain}
      foot={<Button onClick={onClose}>{words.kept}</Button>}
    >
      <ol className={styles.codes} data-printed dir="ltr">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ol>
      <div className={styles.tools}>
        <CopyButton text={lines} label={words.copy} />
        <Button
          kind="secondary"
          size="small"
          icon="download"
          onClick={() => saveFile(new Blob([file], { type: "text/plain" }), "pulsechat-recovery-codes.txt")}
        >
          {words.download}
        </Button>
        <Button kind="secondary" size="small" icon="print" onClick={() => window.print()}>
          {words.print}
        </Button>
      </div>
    </Modal>
  );
}
