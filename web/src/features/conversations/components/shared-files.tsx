// Photos, videos and files of a conversation, latest first. The messages are looked through a hundred at a time.
import { useState } from "react";
import { Button } from "@/components/button";
import { Chips } from "@/components/chips";
import { Fault } from "@/components/fault";
import { Icon } from "@/components/icon";
import { errorText } from "@/lib/error-text";
import { formatListTime } from "@/lib/format-time";
import { useNow } from "@/lib/use-now";
import { texts } from "@/texts/texts";
import { filesOf, type SharedFile, useFiles } from "../api/list-files";
import styles from "./details.module.css";

interface Props {
  conversationId: string;
  onMessage: (seq: number) => void;
}

export function SharedFiles({ conversationId, onMessage }: Props) {
  const words = texts.conversations;
  const [tab, setTab] = useState<"media" | "files">("media");
  const { data, error, hasNextPage, isFetching, fetchNextPage, refetch } = useFiles(conversationId);
  const found = filesOf(data?.pages ?? []);
  const chips = [
    { value: "media", label: words.mediaTab },
    { value: "files", label: words.filesTab },
  ] as const;
  return (
    <section className={styles.section} aria-label={words.media}>
      <h3 className={styles.heading}>{words.media}</h3>
      <Chips label={words.media} chips={chips} value={tab} onChange={setTab} />
      {tab === "media" ? (
        <ul className={styles.media}>
          {found.media.map((entry) => (
            <Medium key={entry.file.id} entry={entry} onMessage={onMessage} />
          ))}
        </ul>
      ) : (
        <ul className={styles.files}>
          {found.files.map((entry) => (
            <SharedRow key={entry.file.id} entry={entry} />
          ))}
        </ul>
      )}
      {data && found[tab].length === 0 && (
        <p className={styles.none}>{tab === "media" ? words.noMedia : words.noFiles}</p>
      )}
      {data && !hasNextPage && found[tab].length > 0 && <p className={styles.none}>{words.lookedThrough}</p>}
      {error && <Fault>{errorText(error)}</Fault>}
      {(hasNextPage || error) && (
        <Button
          kind="quiet"
          size="small"
          busy={isFetching}
          onClick={() => void (hasNextPage ? fetchNextPage() : refetch())}
        >
          {error ? texts.common.retry : words.lookFurther}
        </Button>
      )}
    </section>
  );
}

function Medium({ entry: { file, message }, onMessage }: { entry: SharedFile; onMessage: (seq: number) => void }) {
  const [gone, setGone] = useState(false);
  const picture = file.thumbnail_url ?? (file.media_type.startsWith("image/") ? file.url : undefined);
  return (
    <li>
      <button type="button" aria-label={texts.conversations.openFile(file.name)} onClick={() => onMessage(message.seq)}>
        {picture && !gone ? (
          <img src={picture} alt="" loading="lazy" onError={() => setGone(true)} />
        ) : (
          <Icon name="file" size={26} />
        )}
      </button>
    </li>
  );
}

function SharedRow({ entry: { file, message } }: { entry: SharedFile }) {
  const now = useNow();
  return (
    <li>
      <a className={styles.file} href={file.url} target="_blank" rel="noreferrer">
        <Icon name="file" size={22} />
        <span className={styles.names}>
          <bdi>{file.name}</bdi>
          <span>
            {message.sender?.display_name} · {formatListTime(message.created_at, now)}
          </span>
        </span>
      </a>
    </li>
  );
}
