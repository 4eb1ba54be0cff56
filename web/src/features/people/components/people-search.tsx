// The people that a search found. The field itself stands in the sidebar, with conversations and messages beside.
import { EmptyState } from "@/components/empty-state";
import { errorText } from "@/lib/error-text";
import { usePresence } from "@/lib/live/presence";
import type { User } from "@/sdk/types";
import { texts } from "@/texts/texts";
import { useSearchPeople } from "../api/search-people";
import { FollowButton } from "./follow-button";
import styles from "./people.module.css";
import { PersonRow } from "./person-row";

interface Props {
  q: string;
  onOpen: (user: User) => void;
  onMessage: (user: User) => void;
}

/** Draws nothing when nobody is found. */
export function PeopleFound({ q, onOpen, onMessage }: Props) {
  const { data: people, error } = useSearchPeople(q);
  const connected = people?.filter((user) => user.relationship?.connected).map((user) => user.id) ?? [];
  const presences = usePresence(connected);
  if (error && !people)
    return (
      <EmptyState icon="alert" title={texts.people.searchFailed} compact>
        {errorText(error)}
      </EmptyState>
    );
  if (!people || people.length === 0) return null;
  return (
    <section aria-label={texts.people.found}>
      <h2 className={styles.heading}>{texts.people.peopleTitle}</h2>
      <ul className={styles.list}>
        {people.map((user) => (
          <li key={user.id}>
            <PersonRow user={user} presence={presences.get(user.id)} onOpen={onOpen}>
              <FollowButton user={user} onMessage={onMessage} />
            </PersonRow>
          </li>
        ))}
      </ul>
    </section>
  );
}
