// People one is connected with but has not written to yet.
import { useConnections } from "@/lib/queries/connections";
import type { Presence, User } from "@/sdk/types";
import { texts } from "@/texts/texts";
import styles from "./people.module.css";
import { PersonRow } from "./person-row";

interface Props {
  /** People with whom there is a conversation already. */
  known: ReadonlySet<string>;
  presences: ReadonlyMap<string, Presence>;
  onMessage: (user: User) => void;
}

/** Only as many as invite; all of them are in the list of people. */
const MOST = 8;

export function Connections({ known, presences, onMessage }: Props) {
  const { data } = useConnections();
  const people = data?.filter((user) => !known.has(user.id)).slice(0, MOST) ?? [];
  if (people.length === 0) return null;
  return (
    <section aria-label={texts.people.startConversation}>
      <h2 className={styles.heading}>{texts.people.sayHello}</h2>
      <ul className={styles.list}>
        {people.map((user) => (
          <li key={user.id}>
            <PersonRow
              user={user}
              presence={presences.get(user.id)}
              line={texts.people.sayHelloText}
              onOpen={onMessage}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}
