// A room one is not in: what it is about, how many are there, and the way in.
import { useNavigate } from "@tanstack/react-router";
import { Avatar } from "@/components/avatar";
import { Button } from "@/components/button";
import { Fault } from "@/components/fault";
import { formatDate } from "@/lib/format-time";
import { toApiError } from "@/sdk/api-error";
import type { Conversation } from "@/sdk/types";
import { texts } from "@/texts/texts";
import { useJoinRoom } from "../api/join-room";
import { faultText } from "../model/fault-text";
import styles from "./rooms.module.css";

interface Props {
  room: Conversation;
  /** Somebody who looks after it has just taken the reader out: only they can add them again. */
  removed?: boolean;
}

export function RoomPreview({ room, removed = false }: Props) {
  const words = texts.conversations;
  const join = useJoinRoom();
  const navigate = useNavigate();
  const name = room.title ?? "";
  const closed = room.state === "closed";
  const enter = () =>
    join.mutate(room.id, {
      onSuccess: ({ id }) => void navigate({ to: "/c/$conversationId", params: { conversationId: id }, replace: true }),
    });
  return (
    <article className={styles.preview} aria-label={name}>
      <Avatar user={{ id: room.id, display_name: name, avatar_url: room.avatar_url }} size={104} />
      <h2 dir="auto">{name}</h2>
      <p className={styles.counts}>
        <span>{words.members(room.member_count)}</span>
        {room.online_count !== undefined && (
          <span className={styles.online} data-some={room.online_count > 0 || undefined}>
            {words.online(room.online_count)}
          </span>
        )}
        <span>{words.createdAt(formatDate(room.created_at))}</span>
      </p>
      {room.topic && (
        <p className={styles.about} dir="auto">
          {room.topic}
        </p>
      )}
      {removed ? (
        <p className={styles.hint} role="alert">
          {words.gone.title.removed(name)}. {words.removedFromRoom}
        </p>
      ) : (
        <p className={styles.hint}>{closed ? words.roomClosed : words.preview}</p>
      )}
      {!closed && !removed && (
        <div className={styles.do}>
          <Button size="large" busy={join.isPending} aria-label={words.joinRoom(name)} onClick={enter}>
            {words.join}
          </Button>
        </div>
      )}
      {join.error && <Fault>{joinFault(join.error)}</Fault>}
    </article>
  );
}

function joinFault(cause: unknown): string {
  const { code } = toApiError(cause);
  if (code === "forbidden") return texts.conversations.removedFromRoom;
  return code === "conversation_closed" ? texts.conversations.roomClosed : faultText(cause);
}
