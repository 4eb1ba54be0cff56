// What a search for people found. The field itself stands in the sidebar.
import { Avatar } from "@/components/avatar";
import { EmptyState } from "@/components/empty-state";
import { Spinner } from "@/components/spinner";
import { errorText } from "@/lib/error-text";
import { useDebounced } from "@/lib/use-debounced";
import type { User } from "@/sdk/types";
import { useSearchPeople } from "../api/search-people";
import { FollowButton } from "./follow-button";
import styles from "./people.module.css";

interface Props {
  q: string;
  onOpen: (user: User) => void;
  onMessage: (user: User) => void;
}

export function PeopleSearch({ q, onOpen, onMessage }: Props) {
  const settled = useDebounced(q, 200);
  const { data: people, error, isLoading } = useSearchPeople(settled);
  if (error && !people)
    return (
      <EmptyState icon="alert" title="Search didn't work" compact>
        {errorText(error)}
      </EmptyState>
    );
  if (isLoading || !people) return <Spinner label="Searching" />;
  if (people.length === 0)
    return (
      <EmptyState icon="search" title="Nobody found" compact>
        Nobody here goes by “{settled.trim()}”. Try their username.
      </EmptyState>
    );
  return (
    <section aria-label="People found">
      <h2 className={styles.heading}>People</h2>
      <ul className={styles.list}>
        {people.map((user) => (
          <li key={user.id} className={styles.row}>
            <button type="button" className={styles.person} onClick={() => onOpen(user)}>
              <Avatar user={user} />
              <span className={styles.names}>
                <span className={styles.name}>{user.display_name}</span>
                <span className={styles.handle}>
                  @{user.username}
                  <Standing user={user} />
                </span>
              </span>
            </button>
            <FollowButton user={user} onMessage={onMessage} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Standing({ user: { relationship } }: { user: User }) {
  if (!relationship || relationship.connected) return null;
  if (relationship.followed_by === "accepted") return <> · follows you</>;
  if (relationship.followed_by === "requested") return <> · asks to follow you</>;
  return null;
}
