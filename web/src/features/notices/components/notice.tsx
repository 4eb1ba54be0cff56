// One message of another conversation, on top of the page: to open, to answer on the spot, or to put away. It goes by
// itself, unless somebody is at it.
import { type FormEvent, useEffect, useState } from "react";
import { Avatar } from "@/components/avatar";
import { Button, IconButton } from "@/components/button";
import { plainText } from "@/lib/plain-text";
import type { Message } from "@/sdk/types";
import { texts } from "@/texts/texts";
import styles from "./notices.module.css";

const SHOWN_MS = 7_000;

interface Props {
  message: Message;
  title: string;
  onOpen: () => void;
  /** An answer is begun: the notice stays until that is sent or put away. */
  onAnswering: () => void;
  onReply: (body: string) => void;
  onDismiss: () => void;
}

export function Notice({ message, title, onOpen, onAnswering, onReply, onDismiss }: Props) {
  const words = texts.live.notice;
  const [busy, setBusy] = useState(false);
  const [replying, setReplying] = useState(false);
  const [body, setBody] = useState("");
  const { id } = message;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a newer message begins anew
  useEffect(() => {
    if (busy || replying) return;
    const timer = setTimeout(onDismiss, SHOWN_MS);
    return () => clearTimeout(timer);
  }, [busy, replying, id]);
  const answer = () => {
    setReplying(true);
    onAnswering();
  };
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (body.trim() !== "") onReply(body.trim());
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: only how long it stays depends on these
    <div
      className={styles.notice}
      onPointerEnter={() => setBusy(true)}
      onPointerLeave={() => setBusy(false)}
      onFocus={() => setBusy(true)}
      onBlur={() => setBusy(false)}
      onKeyDown={(event) => event.key === "Escape" && onDismiss()}
    >
      <button type="button" className={styles.open} onClick={onOpen}>
        <Avatar user={message.sender} size={40} />
        <span className={styles.words}>
          <strong dir="auto">{title}</strong>
          <span dir="auto">{plainText(message.body) || texts.live.file}</span>
        </span>
      </button>
      <IconButton icon="close" label={words.dismiss} onClick={onDismiss} />
      {replying ? (
        <form className={styles.reply} onSubmit={send}>
          <input
            dir="auto"
            value={body}
            onChange={(event) => setBody(event.target.value)}
            aria-label={words.replyTo(title)}
            placeholder={words.replyTo(title)}
            // biome-ignore lint/a11y/noAutofocus: the person has just asked to write
            autoFocus
          />
          <IconButton icon="send" label={words.send} type="submit" />
        </form>
      ) : (
        <div className={styles.actions}>
          <Button kind="quiet" size="small" onClick={answer}>
            {words.reply}
          </Button>
          <Button kind="quiet" size="small" onClick={onOpen}>
            {words.open}
          </Button>
        </div>
      )}
    </div>
  );
}
