// Everybody one is connected with, with a search and a way to write to them.
import { useState } from "react";
import { Button, IconButton } from "@/components/button";
import { EmptyState } from "@/components/empty-state";
import { SearchBox } from "@/components/search-box";
import { Spinner } from "@/components/spinner";
import { errorText } from "@/lib/error-text";
import { usePresence } from "@/lib/live/presence";
import { matching } from "@/lib/matching";
import { useConnections } from "@/lib/queries/connections";
import type { User } from "@/sdk/types";
import { texts } from "@/texts/texts";
import { OwnLinkButton } from "./own-link-button";
import styles from "./people.module.css";
import { PersonRow } from "./person-row";

interface Props {
  onOpen: (user: User) => void;
  onMessage: (user: User) => void;
}

const SEARCH_FROM = 8;
/** As many as one may watch at once. */
const WATCHED = 150;

export function ConnectionList({ onOpen, onMessage }: Props) {
  const words = texts.people;
  const { data: people, error, refetch } = useConnections();
  const [q, setQ] = useState("");
  const shown = people ? matching(people, q) : [];
  const presences = usePresence(shown.slice(0, WATCHED).map((user) => user.id));
  if (error && !people)
    return (
      <EmptyState icon="alert" title={words.listFailed} compact>
        <p>{errorText(error)}</p>
        <Button kind="secondary" size="small" onClick={() => void refetch()}>
          {texts.common.retry}
        </Button>
      </EmptyState>
    );
  if (!people) return <Spinner label={words.loading} />;
  if (people.length === 0)
    return (
      <EmptyState icon="people" title={words.emptyConnections} compact>
        <p>{words.emptyConnectionsText}</p>
        <OwnLinkButton />
      </EmptyState>
    );
  return (
    <>
      {people.length >= SEARCH_FROM && (
        <div className={styles.narrow}>
          <SearchBox label={words.searchList} value={q} onChange={setQ} />
        </div>
      )}
      <ul className={styles.list}>
        {shown.map((user) => (
          <li key={user.id}>
            <PersonRow user={user} presence={presences.get(user.id)} onOpen={onOpen}>
              <IconButton icon="chat" label={words.messageName(user.display_name)} onClick={() => onMessage(user)} />
            </PersonRow>
          </li>
        ))}
      </ul>
      {shown.length === 0 && <p className={styles.none}>{words.noneMatches}</p>}
    </>
  );
}
