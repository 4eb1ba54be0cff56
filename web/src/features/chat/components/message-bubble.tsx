// One message: who wrote it, what it answers, its files and text, and how far it has come.
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
import { Ticks } from "./ticks";

const Uploads = later(() => import("./uploads").then((part) => part.Uploads));

interface Props {
  row: MessageRow;
  /** The one that the arrow keys have reached. */
  active: boolean;
  highlights?: readonly Highlight[] | undefined;
}

export function MessageBubble({ row, active, highlights }: Props) {
  const { kind } = useScene();
  const { open, discard } = useActions();
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
  const edited = message?.edited_at != null && !deleted;
  const tail = edited ? `${words.message.edited} ${clock}` : clock;
  const sender = row.own ? words.message.you : (message?.sender?.display_name ?? words.deletedAccount);
  return (
    <>
      <article
        className={styles.bubble}
        aria-label={words.messageBy(sender, clock)}
        data-state={row.state}
        data-large={large || undefined}
        data-pictures={pictures || undefined}
        data-files={files.length + uploads.length > 0 || undefined}
        data-last={row.last || undefined}
        tabIndex={active ? 0 : -1}
      >
        {kind !== "direct" && !row.own && row.first && <SenderName id={message?.sender?.id} name={sender} />}
        {reply && !deleted && <ReplyQuote reply={reply} />}
        {files.length > 0 && <Attachments files={files} />}
        {pending && uploads.length > 0 && <Uploads files={uploads} onCancel={() => discard(pending.clientId)} />}
        <div className={styles.text} data-text>
          {deleted ? (
            <p data-tail={tail}>{words.message.deleted}</p>
          ) : row.body === "" ? (
            <p data-tail={tail} />
          ) : (
            <MessageText body={row.body} highlights={highlights} tail={tail} />
          )}
        </div>
        <span className={styles.meta}>
          {edited && message && (
            <button
              type="button"
              className={styles.edited}
              tabIndex={-1}
              title={words.message.editedHint}
              onClick={() => open({ kind: "edits", message })}
            >
              {words.message.edited}
            </button>
          )}
          <time dateTime={row.at} title={formatFull(row.at)}>
            {clock}
          </time>
          {row.own && <Ticks row={row} />}
        </span>
      </article>
      {message && message.reactions.length > 0 && <Reactions message={message} />}
      {pending && pending.status !== "sending" && <Held pending={pending} />}
    </>
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
