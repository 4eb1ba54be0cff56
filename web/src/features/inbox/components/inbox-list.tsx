// The conversations: filters, the archive behind an entry, and the rows, pinned first and then by latest activity.
import { type ReactNode, useState } from "react";
import type { ActionEntry } from "@/components/action-menu";
import { Button } from "@/components/button";
import { Chips } from "@/components/chips";
import { EmptyState } from "@/components/empty-state";
import { Icon } from "@/components/icon";
import { MoreRows } from "@/components/more-rows";
import { Spinner } from "@/components/spinner";
import { useLive } from "@/lib/client-context";
import { useDrafts } from "@/lib/drafts";
import { errorText } from "@/lib/error-text";
import { usePresence } from "@/lib/live/presence";
import { useInbox } from "@/lib/live/use-inbox";
import { useListWalk } from "@/lib/use-list-walk";
import { useNow } from "@/lib/use-now";
import type { Conversation } from "@/sdk/types";
import { texts } from "@/texts/texts";
import { useMarkAllRead } from "../api/mark-all-read";
import type { SystemText } from "../model/excerpt";
import { FILTERS, type Filter, inboxFilter } from "../model/filter";
import { Archive } from "./archive";
import { EmptyInbox } from "./empty-inbox";
import styles from "./inbox.module.css";
import { InboxRows } from "./inbox-rows";

interface Props {
  openId: string | undefined;
  systemText: SystemText;
  actionsOf: (conversation: Conversation, name: string) => ActionEntry[];
  /** What stands where no conversation is yet. */
  empty: ReactNode;
  /** Stands between the filters and the rows. */
  above?: ReactNode;
  below?: ReactNode;
  onNewGroup: () => void;
  onRooms: () => void;
}

export function InboxList({ openId, systemText, actionsOf, empty, above, below, onNewGroup, onRooms }: Props) {
  const words = texts.inbox;
  const { me } = useLive();
  const [filter, setFilter] = useState<Filter>("all");
  const [archive, setArchive] = useState(false);
  const [busy, setBusy] = useState(false);
  const everything = useInbox();
  const { conversations, archivedCount, isLoading, error, refetch, fetchMore, typing } = useInbox(
    archive ? { archived: true } : inboxFilter(filter),
  );
  const peers = conversations.flatMap(({ peer }) => (peer ? [peer.id] : []));
  const presences = usePresence(peers.slice(0, WATCHED));
  const drafts = useDrafts(me.id);
  const now = useNow();
  const walk = useListWalk();
  if (error && everything.conversations.length === 0)
    return (
      <EmptyState icon="alert" title={words.notLoaded} compact>
        <p>{errorText(error)}</p>
        <Button kind="secondary" size="small" onClick={() => void refetch()}>
          {texts.common.retry}
        </Button>
      </EmptyState>
    );
  if (isLoading) return <Spinner label={words.loading} />;
  const none = everything.conversations.length === 0 && archivedCount === 0;
  const more = () => {
    if (!fetchMore || busy) return;
    setBusy(true);
    void fetchMore()
      .catch(() => undefined)
      .finally(() => setBusy(false));
  };
  const rowOf = (conversation: Conversation) => ({
    open: conversation.id === openId,
    presence: conversation.peer ? presences.get(conversation.peer.id) : undefined,
    typing: typing(conversation.id),
    draft: drafts[conversation.id],
  });
  const rows = (
    <>
      <InboxRows conversations={conversations} rowOf={rowOf} now={now} systemText={systemText} actionsOf={actionsOf} />
      <MoreRows hasMore={fetchMore !== undefined} busy={busy} onMore={more} />
    </>
  );
  if (archive)
    return (
      <Archive onBack={() => setArchive(false)} walk={walk}>
        {conversations.length === 0 ? <EmptyInbox filter="archived" onAll={() => setArchive(false)} /> : rows}
      </Archive>
    );
  return (
    <>
      {!none && (
        <Chips
          label={words.filters}
          value={filter}
          onChange={setFilter}
          chips={FILTERS.map((value) => ({ value, label: filterLabel(value) }))}
        />
      )}
      {above}
      {none && empty}
      {filter === "unread" && conversations.length > 0 && <MarkAllRead />}
      <nav aria-label={words.conversations} onKeyDown={walk}>
        {archivedCount > 0 && filter === "all" && (
          <button type="button" className={styles.archived} data-walk onClick={() => setArchive(true)}>
            <Icon name="archive" size={20} />
            <span>{words.archived}</span>
            <span className={styles.count}>{archivedCount}</span>
          </button>
        )}
        {rows}
      </nav>
      {!none && conversations.length === 0 && filter !== "all" && (
        <EmptyInbox filter={filter} onAll={() => setFilter("all")} onNewGroup={onNewGroup} onRooms={onRooms} />
      )}
      {below}
    </>
  );
}

function MarkAllRead() {
  const markAllRead = useMarkAllRead();
  return (
    <div className={styles.allRead}>
      <Button
        kind="quiet"
        size="small"
        icon="checkDouble"
        busy={markAllRead.isPending}
        onClick={() => markAllRead.mutate()}
      >
        {texts.inbox.markAllRead}
      </Button>
    </div>
  );
}

/** As many as one may watch at once, with room for others on the page. */
const WATCHED = 120;

function filterLabel(filter: Filter): string {
  const words = texts.inbox;
  return {
    all: words.all,
    unread: words.unreadOnly,
    group: words.groups,
    room: words.roomsOnly,
    direct: words.directs,
  }[filter];
}
