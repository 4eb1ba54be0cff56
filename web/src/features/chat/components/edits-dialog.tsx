// What a message said before it was edited.
import { Fault } from "@/components/fault";
import { Modal } from "@/components/modal";
import { Spinner } from "@/components/spinner";
import { errorText } from "@/lib/error-text";
import { formatFull } from "@/lib/format-time";
import type { Message } from "@/sdk/types";
import { texts } from "@/texts/texts";
import { useEdits } from "../api/message-facts";
import styles from "./dialogs.module.css";

interface Props {
  message: Message;
  open: boolean;
  onClose: () => void;
}

export function EditsDialog({ message, open, onClose }: Props) {
  const { data, error } = useEdits(message);
  const words = texts.chat.edits;
  const earlier = [...(data?.items ?? [])].reverse();
  return (
    <Modal title={words.title} open={open} onClose={onClose} reading>
      <Version body={message.body} at={message.edited_at ?? message.created_at} label={words.now} />
      {error && <Fault>{errorText(error)}</Fault>}
      {!data && !error && <Spinner label={words.loading} />}
      {data && earlier.length === 0 && <p className={styles.soft}>{words.none}</p>}
      {earlier.map(({ body, version, written_at }) => (
        <Version key={version} body={body} at={written_at} />
      ))}
    </Modal>
  );
}

function Version({ body, at, label }: { body: string; at: string; label?: string }) {
  return (
    <section>
      {label && <h3 className={styles.part}>{label}</h3>}
      <div className={styles.version} dir="auto">
        {body}
        <time dateTime={at}>{formatFull(at)}</time>
      </div>
    </section>
  );
}
