// Follow requests both ways: those that wait for an answer of one's own, and those that wait for somebody else's.
import { Button } from "@/components/button";
import { EmptyState } from "@/components/empty-state";
import { MoreRows } from "@/components/more-rows";
import { Spinner } from "@/components/spinner";
import { tell, tellFault } from "@/components/toast";
import { errorText } from "@/lib/error-text";
import type { User } from "@/sdk/types";
import { texts } from "@/texts/texts";
import { useFollow } from "../api/follow";
import { useFollowRequests } from "../api/list-follow-requests";
import { useSentRequests } from "../api/list-sent-requests";
import { FollowRequests } from "./follow-requests";
import styles from "./people.module.css";
import { PersonRow } from "./person-row";

export function Requests({ onOpen }: { onOpen: (user: User) => void }) {
  const words = texts.people;
  const incoming = useFollowRequests();
  return (
    <>
      {incoming.isLoading && <Spinner label={words.loading} />}
      {incoming.error && !incoming.data && (
        <EmptyState icon="alert" title={words.listFailed} compact>
          <p>{errorText(incoming.error)}</p>
          <Button kind="secondary" size="small" onClick={() => void incoming.refetch()}>
            {texts.common.retry}
          </Button>
        </EmptyState>
      )}
      {incoming.data?.length === 0 && (
        <EmptyState icon="userPlus" title={words.noRequests} compact>
          {words.noRequestsText}
        </EmptyState>
      )}
      <FollowRequests onOpen={onOpen} title={words.incoming} />
      <Sent onOpen={onOpen} />
    </>
  );
}

function Sent({ onOpen }: { onOpen: (user: User) => void }) {
  const words = texts.people;
  const sent = useSentRequests();
  const follow = useFollow();
  const requests = sent.data?.pages.flatMap((page) => page.items) ?? [];
  const cancel = (user: User) =>
    follow.mutate(
      { user, follow: false },
      { onSuccess: () => tellCancelled(user), onError: (cause) => tellFault(cause) },
    );
  const tellCancelled = (user: User) =>
    tell(words.cancelled, {
      label: words.undo,
      run: () => follow.mutate({ user, follow: true }, { onError: (cause) => tellFault(cause) }),
    });
  if (requests.length === 0) return null;
  return (
    <section aria-label={words.outgoing}>
      <h2 className={styles.heading}>{words.outgoing}</h2>
      <ul className={styles.list}>
        {requests.map(({ id, user }) => (
          <li key={id} aria-label={words.asked(user.display_name)}>
            <PersonRow user={user} onOpen={onOpen}>
              <Button
                kind="secondary"
                size="small"
                disabled={follow.isPending}
                aria-label={words.cancelName(user.display_name)}
                onClick={() => cancel(user)}
              >
                {words.cancel}
              </Button>
            </PersonRow>
          </li>
        ))}
      </ul>
      <MoreRows hasMore={sent.hasNextPage} busy={sent.isFetchingNextPage} onMore={() => void sent.fetchNextPage()} />
    </section>
  );
}
