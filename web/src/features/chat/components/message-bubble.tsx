// One message: who wrote it, what it answers, its files and text, and how far it has come.
import { memo } from "react";
import { hueOf } from "@/lib/avatar";
import { formatClock, formatFull } from "@/lib/format-time";
import { later } from "@/lib/later";
import { texts } from "@/texts/texts";
import { isEmojiOnly } from "../model/emoji-only";
import { kindOf } from "../model/files";
import type { MessageRow } from "../model/timeline";
import { Attachments } from "./attachments";
import { useActions, useScene } from "./chat-scene";
import { Held } from "./held";
import styles from "./message-bubble.module.css";
import { type Highlight, MessageText } from "./message-text";
import { Reactions } from "./reactions";
import { ReplyQuote } from "./reply-quote";
import { RowTools } from "./row-tools";
import { Ticks } from "./ticks";

const Uploads = later(() => import("./uploads").then((part) => part.Uploads));

interface Props {
  row: MessageRow;
  /** The one that the arrow keys have reached. */
  active: boolean;
  /** Under the mouse: only then it has its tools, and says more about its time. */
  hovered?: boolean;
  highlights?: readonly Highlight[] | undefined;
  /** Whether marks can be read: with the parser, texts are drawn anew. */
  parsed?: boolean;
}

export const MessageBubble = memo(function MessageBubble({ row, active, hovered = false, highlights }: Props) {
  const { kind } = useScene();
  const { discard } = useActions();
  const { message, pending } = row;
  const words = texts.chat;
  const deleted = row.state === "deleted";
  const files = message?.attachments ?? [];
  const uploads = pending?.files ?? [];
  const reply = message?.reply_to ?? pending?.replyTo;
  const bare = files.length + uploads.length === 0 && !reply;
  const large = bare && !deleted && isEmojiOnly(row.body);
  // Nothing but pictures: the time lies on the last of them.
  const pictures = files.length > 0 && row.body === "" && files.every((file) => kindOf(file.media_type) === "image");
  const clock = formatClock(row.at);
  const sender = row.own ? words.message.you : (message?.sender?.display_name ?? words.deletedAccount);
  const tail = <Tail row={row} clock={clock} hovered={hovered} />;
  return (
    <>
      <article
        className={styles.bubble}
        aria-label={words.messageBy(sender, clock)}
        data-state={row.state}
        data-large={large || undefined}
        data-pictures={pictures || undefined}
        data-files={files.length + uploads.length > 0 || undefined}
        data-first={row.first || undefined}
        data-last={row.last || undefined}
        data-hovered={hovered || undefined}
        tabIndex={active ? 0 : -1}
      >
        {kind !== "direct" && !row.own && row.first && <SenderName id={message?.sender?.id} name={sender} />}
        {reply && !deleted && <ReplyQuote reply={reply} />}
        {files.length > 0 && <Attachments files={files} />}
        {pending && uploads.length > 0 && <Uploads files={uploads} onCancel={() => discard(pending.clientId)} />}
        {deleted ? (
          <p>
            {words.message.deleted}
            {tail}
          </p>
        ) : row.body === "" ? (
          tail
        ) : (
          <MessageText body={row.body} highlights={highlights} tail={tail} />
        )}
        {hovered && <RowTools row={row} />}
      </article>
      {message && message.reactions.length > 0 && <Reactions message={message} />}
      {pending && pending.status !== "sending" && <Held pending={pending} />}
    </>
  );
});

/** When it was said and how far it has come: at the end of the last line, or below it when there is no room. */
function Tail({ row, clock, hovered }: { row: MessageRow; clock: string; hovered: boolean }) {
  const { open } = useActions();
  const { message } = row;
  const edited = message?.edited_at != null && row.state !== "deleted";
  const words = texts.chat.message;
  const time = (
    <time
      className={edited ? undefined : styles.tail}
      dateTime={row.at}
      title={hovered ? formatFull(row.at) : undefined}
    >
      {clock}
      {row.own && <Ticks row={row} hovered={hovered} />}
    </time>
  );
  if (!edited) return time;
  return (
    <span className={styles.tail}>
      <button
        type="button"
        className={styles.edited}
        tabIndex={-1}
        title={words.editedHint}
        onClick={() => open({ kind: "edits", message })}
      >
        {words.edited}
      </button>
      {time}
    </span>
  );
}

function SenderName({ id, name }: { id: string | undefined; name: string }) {
  const style = { "--hue": id ? hueOf(id) : 0 } as React.CSSProperties;
  return (
    <span className={styles.sender} style={style} dir="auto">
      {name}
    </span>
  );
}
