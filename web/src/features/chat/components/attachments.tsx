// The files of a message: pictures in a grid whose size is known before they load, and a row for everything else.
import { useEffect, useState } from "react";
import { Icon } from "@/components/icon";
import { useOnline } from "@/lib/use-online";
import type { Attachment } from "@/sdk/types";
import { texts } from "@/texts/texts";
import { useFreshAttachment } from "../api/fresh-attachment";
import { drawnSize, formatBytes, kindOf } from "../model/files";
import styles from "./attachments.module.css";
import { useActions } from "./chat-scene";

export function Attachments({ files }: { files: readonly Attachment[] }) {
  const pictures = files.filter((file) => kindOf(file.media_type) === "image");
  const others = files.filter((file) => kindOf(file.media_type) !== "image");
  return (
    <div className={styles.files}>
      {pictures.length > 0 && (
        <div className={styles.pictures} data-many={pictures.length > 1 || undefined}>
          {pictures.map((file) => (
            <Picture key={file.id} attachment={file} alone={pictures.length === 1} />
          ))}
        </div>
      )}
      {others.map((file) => (
        <OtherFile key={file.id} attachment={file} />
      ))}
    </div>
  );
}

function Picture({ attachment, alone }: { attachment: Attachment; alone: boolean }) {
  const { open } = useActions();
  const { file, usable, gone, refresh } = useFreshAttachment(attachment);
  const { width, height } = drawnSize(file);
  const source = file.thumbnail_url ?? file.url;
  const { broken, onError } = useBroken(source);
  const size = alone ? { width, aspectRatio: `${width} / ${height}` } : undefined;
  return (
    <button
      type="button"
      className={styles.picture}
      style={size}
      tabIndex={-1}
      aria-label={texts.chat.viewer.open(file.name)}
      onClick={() => open({ kind: "viewer", attachmentId: file.id })}
    >
      {broken && !gone && <Icon name="camera" size={28} />}
      {usable && !broken && (
        <img
          src={source}
          alt=""
          width={width}
          height={height}
          decoding="async"
          draggable={false}
          onError={() => {
            onError();
            refresh();
          }}
        />
      )}
      {gone && <span className={styles.gone}>{texts.chat.files.gone}</span>}
    </button>
  );
}

/** Whether an address could not be loaded; it is tried again when there is a network again. */
function useBroken(source: string) {
  const [broken, setBroken] = useState<string>();
  const online = useOnline();
  useEffect(() => {
    if (online) setBroken(undefined);
  }, [online]);
  return { broken: broken === source, onError: () => setBroken(source) };
}

function OtherFile({ attachment }: { attachment: Attachment }) {
  const { file, usable, gone, refresh } = useFreshAttachment(attachment);
  const kind = kindOf(file.media_type);
  if (gone) return <p className={styles.gone}>{texts.chat.files.gone}</p>;
  if (kind === "video" && usable)
    return (
      // biome-ignore lint/a11y/useMediaCaption: people's own films come without captions
      <video
        className={styles.video}
        src={file.url}
        controls
        preload="metadata"
        onError={refresh}
        aria-label={file.name}
      />
    );
  return (
    <div className={styles.file}>
      <a
        className={styles.download}
        href={file.url}
        download={file.name}
        aria-label={texts.chat.files.downloadName(file.name)}
        tabIndex={-1}
      >
        <span className={styles.badge}>
          <Icon name={usable ? "file" : "clock"} size={20} />
        </span>
        <span className={styles.about}>
          <strong dir="auto">{file.name}</strong>
          <span>{formatBytes(file.size)}</span>
        </span>
        <Icon name="download" size={18} />
      </a>
      {kind === "audio" && usable && (
        // biome-ignore lint/a11y/useMediaCaption: people's own recordings come without captions
        <audio
          className={styles.audio}
          src={file.url}
          controls
          preload="metadata"
          onError={refresh}
          aria-label={file.name}
        />
      )}
    </div>
  );
}
