// Followers, followed, blocked or muted people, a page at a time. What is taken back here can be undone for a moment.
import { Button } from "@/components/button";
import { EmptyState } from "@/components/empty-state";
import { MoreRows } from "@/components/more-rows";
import { Spinner } from "@/components/spinner";
import { tell, tellFault } from "@/components/toast";
import { errorText } from "@/lib/error-text";
import type { User } from "@/sdk/types";
import { texts } from "@/texts/texts";
import { type PeopleListKind, usePeopleList } from "../api/list-people";
import { useRemoveFollower } from "../api/remove-follower";
import { useSetBlock } from "../api/set-block";
import { useSetMute } from "../api/set-mute";
import { FollowButton } from "./follow-button";
import styles from "./people.module.css";
import { PersonRow } from "./person-row";

interface Props {
  kind: PeopleListKind;
  onOpen: (user: User) => void;
  onMessage: (user: User) => void;
}

export function PagedPeople({ kind, onOpen, onMessage }: Props) {
  const words = texts.people;
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = usePeopleList(kind);
  const people = data?.pages.flatMap((page) => page.items);
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
  if (people.length === 0) return <Nobody kind={kind} />;
  return (
    <>
      <ul className={styles.list}>
        {people.map((user) => (
          <li key={user.id}>
            <PersonRow user={user} onOpen={onOpen}>
              <Undoing kind={kind} user={user} onMessage={onMessage} />
            </PersonRow>
          </li>
        ))}
      </ul>
      <MoreRows hasMore={hasNextPage} busy={isFetchingNextPage} onMore={() => void fetchNextPage()} />
    </>
  );
}

function Undoing({ kind, user, onMessage }: { kind: PeopleListKind; user: User; onMessage: (user: User) => void }) {
  const words = texts.people;
  const block = useSetBlock();
  const mute = useSetMute();
  const remove = useRemoveFollower();
  const name = user.display_name;
  const onError = (cause: unknown) => tellFault(cause);
  const undone = (text: string, run: () => void) => () => tell(text, { label: words.undo, run });
  if (kind === "blocked") {
    const again = () => block.mutate({ user, block: true }, { onError });
    const onSuccess = undone(words.unblocked, again);
    return (
      <Button
        kind="secondary"
        size="small"
        busy={block.isPending}
        aria-label={words.unblockName(name)}
        onClick={() => block.mutate({ user, block: false }, { onSuccess, onError })}
      >
        {words.unblock}
      </Button>
    );
  }
  if (kind === "muted") {
    const again = () => mute.mutate({ user, mute: true }, { onError });
    const onSuccess = undone(words.unmuted, again);
    return (
      <Button
        kind="secondary"
        size="small"
        busy={mute.isPending}
        aria-label={words.unmuteName(name)}
        onClick={() => mute.mutate({ user, mute: false }, { onSuccess, onError })}
      >
        {words.unmute}
      </Button>
    );
  }
  if (kind === "following") return <FollowButton user={user} onMessage={onMessage} />;
  return (
    <Button
      kind="quiet"
      size="small"
      busy={remove.isPending}
      aria-label={words.removeName(name)}
      // Nothing brings a follower back but their own wish: so there is no undo, and it is said.
      onClick={() => remove.mutate(user, { onSuccess: () => tell(words.removed), onError })}
    >
      {words.remove}
    </Button>
  );
}

function Nobody({ kind }: { kind: PeopleListKind }) {
  const words = texts.people;
  const [title, text] = {
    followers: [words.emptyFollowers, words.emptyFollowersText],
    following: [words.emptyFollowing, words.emptyFollowingText],
    blocked: [words.emptyBlocked, words.emptyBlockedText],
    muted: [words.emptyMuted, words.emptyMutedText],
  }[kind];
  return (
    <EmptyState icon="people" title={title ?? ""} compact>
      {text}
    </EmptyState>
  );
}
