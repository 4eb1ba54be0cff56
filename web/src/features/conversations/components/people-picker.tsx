// Chooses people among one's connections: what is typed narrows the list, whoever is chosen stands above it as a chip.
// Enter takes the first of the list, Backspace in the empty field the last chip away.
import { useRef, useState } from "react";
import { Avatar } from "@/components/avatar";
import { EmptyState } from "@/components/empty-state";
import { Icon } from "@/components/icon";
import { Spinner } from "@/components/spinner";
import { errorText } from "@/lib/error-text";
import { matching } from "@/lib/matching";
import { useConnections } from "@/lib/queries/connections";
import type { User } from "@/sdk/types";
import { texts } from "@/texts/texts";
import styles from "./people-picker.module.css";

interface Props {
  chosen: readonly User[];
  onChange: (chosen: User[]) => void;
  /** Who is not offered, by id. */
  without?: ReadonlySet<string>;
  /** How many may be chosen. */
  most: number;
  /** What is said when more than that are wanted. */
  full?: string;
}

export function PeoplePicker({ chosen, onChange, without, most, full }: Props) {
  const words = texts.conversations;
  const [q, setQ] = useState("");
  const field = useRef<HTMLInputElement>(null);
  const { data: connections, error } = useConnections();
  if (error && !connections)
    return (
      <EmptyState icon="alert" title={words.connectionsFailed} compact>
        {errorText(error)}
      </EmptyState>
    );
  if (!connections) return <Spinner label={texts.common.loading} />;
  const offered = connections.filter((user) => !without?.has(user.id));
  const shown = matching(offered, q);
  const isChosen = (user: User) => chosen.some((other) => other.id === user.id);
  const atMost = chosen.length >= most;
  const toggle = (user: User) => {
    if (isChosen(user)) onChange(chosen.filter((other) => other.id !== user.id));
    else if (!atMost) onChange([...chosen, user]);
    else return;
    setQ("");
    field.current?.focus();
  };
  if (connections.length === 0)
    return (
      <EmptyState icon="people" title={words.noConnections} compact>
        {words.noConnectionsText}
      </EmptyState>
    );
  if (offered.length === 0)
    return (
      <EmptyState icon="people" title={words.nothingToAdd} compact>
        {words.noConnectionsText}
      </EmptyState>
    );
  return (
    <div className={styles.picker}>
      <div className={styles.field}>
        <ul className={styles.chips} aria-label={words.chosenPeople}>
          {chosen.map((user) => (
            <li key={user.id}>
              <button type="button" aria-label={words.takeOut(user.display_name)} onClick={() => toggle(user)}>
                <Avatar user={user} size={24} />
                <bdi>{user.display_name}</bdi>
                <Icon name="close" size={14} />
              </button>
            </li>
          ))}
        </ul>
        <input
          ref={field}
          type="search"
          dir="auto"
          aria-label={words.searchConnections}
          placeholder={words.searchConnections}
          autoComplete="off"
          spellCheck={false}
          maxLength={64}
          value={q}
          onChange={(event) => setQ(event.target.value)}
          onKeyDown={(event) => {
            const [first] = shown;
            if (event.key === "Backspace" && q === "") onChange(chosen.slice(0, -1));
            if (event.key !== "Enter") return;
            event.preventDefault();
            if (first && q.trim()) toggle(first);
          }}
        />
      </div>
      {atMost && full && (
        <p className={styles.full} role="status">
          {full}
        </p>
      )}
      <ul className={styles.list} aria-label={words.choosePeople}>
        {shown.map((user) => (
          <li key={user.id}>
            <label className={styles.row}>
              <input
                type="checkbox"
                checked={isChosen(user)}
                disabled={atMost && !isChosen(user)}
                onChange={() => toggle(user)}
              />
              <Avatar user={user} size={38} />
              <span className={styles.names}>
                <bdi>{user.display_name}</bdi>
                <span>
                  <bdi>@{user.username}</bdi>
                </span>
              </span>
            </label>
          </li>
        ))}
      </ul>
      {shown.length === 0 && <p className={styles.none}>{words.nobodyMatches}</p>}
    </div>
  );
}
