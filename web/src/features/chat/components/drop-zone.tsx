// The pane of a conversation, which takes files that are dropped anywhere on it.
import { type DragEvent, type ReactNode, useState } from "react";
import { Icon } from "@/components/icon";
import { texts } from "@/texts/texts";
import styles from "./drop-zone.module.css";

interface Props {
  className: string | undefined;
  label: string;
  /** Absent where nothing can be sent. */
  onFiles: ((files: readonly File[]) => void) | undefined;
  children: ReactNode;
}

export function DropZone({ className, label, onFiles, children }: Props) {
  const [over, setOver] = useState(false);
  const hasFiles = (event: DragEvent) => onFiles !== undefined && event.dataTransfer.types.includes("Files");
  return (
    <section
      className={className}
      aria-label={label}
      onDragOver={(event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={(event) => {
        if (!(event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget))) setOver(false);
      }}
      onDrop={(event) => {
        setOver(false);
        if (!hasFiles(event)) return;
        event.preventDefault();
        onFiles?.([...event.dataTransfer.files]);
      }}
    >
      {children}
      {over && (
        <div className={styles.over} aria-hidden="true">
          <Icon name="clip" size={34} />
          {texts.chat.composer.drop}
        </div>
      )}
    </section>
  );
}
