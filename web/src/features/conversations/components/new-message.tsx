// Chooses whom to write to, among one's connections.
import { useState } from "react";
import { Avatar } from "@/components/avatar";
import { Button } from "@/components/button";
import { EmptyState } from "@/components/empty-state";
import { Modal } from "@/components/modal";
import { SearchBox } from "@/components/search-box";
import { Spinner } from "@/components/spinner";
import { errorText } from "@/lib/error-text";
import { usePresence } from "@/lib/live/presence";
import { matching } from "@/lib/matching";
import { useConnections } from "@/lib/queries/connections";
import type { User } from "@/sdk/types";
import { texts } from "@/texts/texts";
import styles from "./new-message.module.css";

interface Props {
  onClose: () => void;
  onMessage: (user: User) => void;
  /** Where to look for people who are not connected yet. */
  onFindPeople: () => void;
}

export function NewMessage({ onClose, onMessage, onFindPeople }: Props) {
  const words = texts.conversations;
  const [q, setQ] = useState("");
  const { data: people, error, refetch } = useConnections();
  const shown = people && matching(people, q).slice(0, 60);
  const presences = usePresence(shown?.map((user) => user.id) ?? []);
  return (
    <Modal open onClose={onClose} title={words.newMessage} explain={words.newMessageText}>
      {error && !people && (
        <EmptyState icon="alert" title={words.connectionsFailed} compact>
          <p>{errorText(error)}</p>
          <Button kind="secondary" size="small" onClick={() => void refetch()}>
            {texts.common.retry}
          </Button>
        </EmptyState>
      )}
      {!people && !error && <Spinner label={texts.common.loading} />}
      {people?.length === 0 && (
        <EmptyState icon="people" title={words.noConnections} compact>
          <p>{words.noConnectionsText}</p>
          <Button size="small" onClick={onFindPeople}>
            {texts.inbox.findPeople}
          </Button>
        </EmptyState>
      )}
      {shown && people.length > 0 && (
        <>
          <SearchBox label={words.searchConnections} value={q} onChange={setQ} autoFocus />
          <ul className={styles.list}>
            {shown.map((user) => (
              <li key={user.id}>
                <button type="button" className={styles.row} onClick={() => onMessage(user)}>
                  <Avatar user={user} size={40} presence={presences.get(user.id)} />
                  <span className={styles.names}>
                    <bdi>{user.display_name}</bdi>
                    <span>
                      <bdi>@{user.username}</bdi>
                    </span>
                  </span>
                </button>
              </li>
            ))}
          </ul>
          {shown.length === 0 && <p className={styles.none}>{words.nobodyMatches}</p>}
        </>
      )}
    </Modal>
  );
}
