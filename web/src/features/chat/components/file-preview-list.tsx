// The files that will go with the message, each with a way to leave it out.
import { IconButton } from "@/components/button";
import { Icon } from "@/components/icon";
import { texts } from "@/texts/texts";
import { formatBytes, kindOf } from "../model/files";
import styles from "./composer-parts.module.css";
import type { FilePreviewsProps } from "./file-previews";
import { useObjectUrl } from "./use-object-url";

export function FilePreviewList({ files, onRemove }: FilePreviewsProps) {
  return (
    <ul className={styles.files} aria-label={texts.chat.files.list}>
      {files.map(({ id, file }) => (
        <li key={id} className={styles.chosen}>
          <Preview file={file} />
          <span className={styles.remove}>
            <IconButton icon="close" label={texts.chat.files.remove(file.name)} onClick={() => onRemove(id)} />
          </span>
        </li>
      ))}
    </ul>
  );
}

function Preview({ file }: { file: File }) {
  const picture = kindOf(file.type) === "image";
  const url = useObjectUrl(picture ? file : undefined);
  if (url) return <img src={url} alt={texts.chat.files.picture(file.name)} />;
  return (
    <span className={styles.name}>
      <Icon name="file" />
      <span dir="auto">{file.name}</span>
      <small>{formatBytes(file.size)}</small>
    </span>
  );
}
