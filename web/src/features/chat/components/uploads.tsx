// The files of a message that is on its way: what they are, how far they have come, and a way to stop.
import { IconButton } from "@/components/button";
import { Icon } from "@/components/icon";
import type { PendingFile } from "@/sdk/outbox";
import { texts } from "@/texts/texts";
import { formatBytes, kindOf } from "../model/files";
import styles from "./uploads.module.css";
import { useObjectUrl } from "./use-object-url";

export function Uploads({ files, onCancel }: { files: readonly PendingFile[]; onCancel: () => void }) {
  return (
    <div className={styles.uploads}>
      {files.map((file, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the files of one message keep their places
        <Upload key={index} file={file} onCancel={onCancel} />
      ))}
    </div>
  );
}

function Upload({ file, onCancel }: { file: PendingFile; onCancel: () => void }) {
  const picture = kindOf(file.mediaType) === "image";
  const url = useObjectUrl(picture ? file.blob : undefined);
  const done = file.attachmentId !== undefined;
  const words = texts.chat.files;
  const size = formatBytes(file.size);
  return (
    <div className={styles.upload} data-picture={picture || undefined}>
      {url ? (
        <img src={url} alt={words.picture(file.name)} />
      ) : (
        <span className={styles.about}>
          <Icon name="file" />
          <span dir="auto">{file.name}</span>
          <small>{done ? size : words.sent(formatBytes(file.size * file.progress), size)}</small>
        </span>
      )}
      {!done && (
        <span className={styles.bar}>
          <progress max={1} value={file.progress} aria-label={words.progress(file.name)} />
          <IconButton icon="close" label={words.cancel(file.name)} onClick={onCancel} />
        </span>
      )}
    </div>
  );
}
