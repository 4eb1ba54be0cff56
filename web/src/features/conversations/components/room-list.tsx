// The room directory: every room that anybody may find, busiest first.
import { Link } from "@tanstack/react-router";
import { Avatar } from "@/components/avatar";
import { Button } from "@/components/button";
import { EmptyState } from "@/components/empty-state";
import { MoreRows } from "@/components/more-rows";
import { Spinner } from "@/components/spinner";
import { errorText } from "@/lib/error-text";
import { useDebounced } from "@/lib/use-debounced";
import { texts } from "@/texts/texts";
import { useRooms } from "../api/list-rooms";
import styles from "./rooms.module.css";

interface Props {
  /** What is searched for; the field stands above. */
  q: string;
  openId: string | undefined;
  onNewRoom: () => void;
}

export function RoomList({ q: typed, openId, onNewRoom }: Props) {
  const words = texts.conversations;
  const q = useDebounced(typed, 200);
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useRooms(q);
  const rooms = data?.pages.flatMap((page) => page.items);
  return (
    <section className={styles.directory} aria-label={words.directory}>
      {error && !rooms && (
        <EmptyState icon="alert" title={words.roomsFailed} compact>
          <p>{errorText(error)}</p>
          <Button kind="secondary" size="small" onClick={() => void refetch()}>
            {texts.common.retry}
          </Button>
        </EmptyState>
      )}
      {!rooms && !error && <Spinner label={words.loadingRoom} />}
      {rooms?.length === 0 && (
        <EmptyState icon="hash" title={q.trim() ? words.noRoomsFor(q.trim()) : words.noRooms} compact>
          <p>{words.noRoomsText}</p>
          <Button size="small" icon="plus" onClick={onNewRoom}>
            {words.newRoom}
          </Button>
        </EmptyState>
      )}
      <ul className={styles.list}>
        {rooms?.map((room) => (
          <li key={room.id}>
            <Link
              to={room.my ? "/c/$conversationId" : "/rooms/$conversationId"}
              params={{ conversationId: room.id }}
              className={styles.row}
              data-walk
              aria-current={room.id === openId ? "page" : undefined}
            >
              <Avatar user={{ id: room.id, display_name: room.title ?? "", avatar_url: room.avatar_url }} size={46} />
              <span className={styles.names}>
                <bdi className={styles.name}>{room.title}</bdi>
                {room.topic && (
                  <span className={styles.topic} dir="auto">
                    {room.topic}
                  </span>
                )}
                <span className={styles.counts}>
                  {words.members(room.member_count)}
                  {room.online_count !== undefined && (
                    <span className={styles.online} data-some={room.online_count > 0 || undefined}>
                      {words.online(room.online_count)}
                    </span>
                  )}
                  {room.state === "closed" && <span>{texts.inbox.closed}</span>}
                </span>
              </span>
              {room.my && <span className={styles.joined}>{words.joined}</span>}
            </Link>
          </li>
        ))}
      </ul>
      <MoreRows hasMore={hasNextPage} busy={isFetchingNextPage} onMore={() => void fetchNextPage()} />
    </section>
  );
}
