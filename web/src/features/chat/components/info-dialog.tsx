// When a message was sent, and who has received and read it.
import { Avatar } from "@/components/avatar";
import { Fault } from "@/components/fault";
import { Modal } from "@/components/modal";
import { Spinner } from "@/components/spinner";
import { errorText } from "@/lib/error-text";
import { formatFull } from "@/lib/format-time";
import type { Message, UserLite } from "@/sdk/types";
import { texts } from "@/texts/texts";
import { useReceipts } from "../api/message-facts";
import styles from "./dialogs.module.css";

interface Props {
  message: Message;
  open: boolean;
  onClose: () => void;
}

export function InfoDialog({ message, open, onClose }: Props) {
  const { data, error } = useReceipts(message);
  const words = texts.chat.info;
  const items = data?.items ?? [];
  return (
    <Modal title={words.title} open={open} onClose={onClose} reading>
      <dl className={styles.facts}>
        <dt>{words.sentAt}</dt>
        <dd>{formatFull(message.created_at)}</dd>
        {message.edited_at && (
          <>
            <dt>{words.editedAt}</dt>
            <dd>{formatFull(message.edited_at)}</dd>
          </>
        )}
      </dl>
      {error && <Fault>{errorText(error)}</Fault>}
      {!data && !error && <Spinner label={words.loading} />}
      {data && items.length === 0 && <p className={styles.soft}>{words.none}</p>}
      <People title={words.read} users={items.filter((item) => item.read).map((item) => item.user)} />
      <People
        title={words.delivered}
        users={items.filter((item) => item.delivered && !item.read).map((item) => item.user)}
      />
      <People
        title={words.waiting}
        users={items.filter((item) => !item.delivered && !item.read).map((item) => item.user)}
      />
    </Modal>
  );
}

function People({ title, users }: { title: string; users: UserLite[] }) {
  if (users.length === 0) return null;
  return (
    <section aria-label={title}>
      <h3 className={styles.part}>{title}</h3>
      <ul>
        {users.map((user) => (
          <li key={user.id} className={styles.person}>
            <Avatar user={user} size={34} />
            <span dir="auto">{user.display_name}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
