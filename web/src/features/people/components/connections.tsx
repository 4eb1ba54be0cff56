// People one is connected with but has not written to yet.
import { Avatar } from "@/components/avatar";
import type { Presence, User } from "@/sdk/types";
import { useConnections } from "../api/list-connections";
import styles from "./people.module.css";

interface Props {
  /** People with whom there is a conversation already. */
  known: ReadonlySet<string>;
  presences: ReadonlyMap<string, Presence>;
  onMessage: (user: User) => void;
}

export function Connections({ known, presences, onMessage }: Props) {
  const { data } = useConnections();
  const people = data?.filter((user) => !known.has(user.id)) ?? [];
  if (people.length === 0) return null;
  return (
    <section aria-label="Start a conversation">
      <h2 className={styles.heading}>Say hello</h2>
      <ul className={styles.list}>
        {people.map((user) => (
          <li key={user.id} className={styles.row}>
            <button type="button" className={styles.person} onClick={() => onMessage(user)}>
              <Avatar user={user} presence={presences.get(user.id)} />
              <span className={styles.names}>
                <span className={styles.name}>{user.display_name}</span>
                <span className={styles.handle}>You're connected. Send the first message</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
