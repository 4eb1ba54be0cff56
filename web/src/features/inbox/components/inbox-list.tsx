// The conversations, latest activity first.
import type { ReactNode } from "react";
import { Button } from "@/components/button";
import { EmptyState } from "@/components/empty-state";
import { Spinner } from "@/components/spinner";
import { errorText } from "@/lib/error-text";
import { useInbox } from "@/lib/queries/inbox";
import { useNow } from "@/lib/use-now";
import type { Presence } from "@/sdk/types";
import styles from "./inbox.module.css";
import { InboxRow } from "./inbox-row";

interface Props {
  openId: string | undefined;
  presences: ReadonlyMap<string, Presence>;
  /** What stands where no conversation is yet. */
  empty: ReactNode;
}

export function InboxList({ openId, presences, empty }: Props) {
  const { data: inbox, error, refetch } = useInbox();
  const now = useNow();
  if (error && !inbox)
    return (
      <EmptyState icon="alert" title="Your conversations didn't load" compact>
        <p>{errorText(error)}</p>
        <Button kind="secondary" size="small" onClick={() => void refetch()}>
          Try again
        </Button>
      </EmptyState>
    );
  if (!inbox) return <Spinner label="Loading your conversations" />;
  if (inbox.items.length === 0) return empty;
  return (
    <nav aria-label="Conversations">
      <ul className={styles.list}>
        {inbox.items.map((conversation) => (
          <InboxRow
            key={conversation.id}
            conversation={conversation}
            open={conversation.id === openId}
            presence={conversation.peer ? presences.get(conversation.peer.id) : undefined}
            now={now}
          />
        ))}
      </ul>
    </nav>
  );
}
