// Where a message is written: Enter sends, Shift+Enter makes a new line, what is not sent stays as a draft.
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { Icon } from "@/components/icon";
import { DEFAULT_LIMITS, useServerConfig } from "@/lib/queries/config";
import styles from "./composer.module.css";

interface Props {
  conversationId: string;
  peerName: string;
  onSend: (body: string) => void;
}

const COUNT_FROM = 200;

export function Composer({ conversationId, peerName, onSend }: Props) {
  const draftKey = `pulse.draft.${conversationId}`;
  const [text, setText] = useState(() => sessionStorage.getItem(draftKey) ?? "");
  const { data: config } = useServerConfig();
  const field = useRef<HTMLTextAreaElement>(null);
  const left = (config?.limits ?? DEFAULT_LIMITS).body_max - [...text.trim()].length;
  const ready = text.trim() !== "" && left >= 0;

  useEffect(() => {
    if (text) sessionStorage.setItem(draftKey, text);
    else sessionStorage.removeItem(draftKey);
  }, [text, draftKey]);
  useEffect(() => {
    if (matchMedia("(hover: hover)").matches) field.current?.focus();
  }, []);

  const send = () => {
    if (!ready) return;
    onSend(text.trim());
    setText("");
    field.current?.focus();
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };

  return (
    <form
      className={styles.composer}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div className={styles.box}>
        <textarea
          ref={field}
          rows={1}
          value={text}
          placeholder="Write a message"
          aria-label={`Message to ${peerName}`}
          aria-invalid={left < 0}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={pressed}
        />
        {left < COUNT_FROM && (
          <span className={styles.left} data-over={left < 0 || undefined} role="status">
            {left}
          </span>
        )}
        <button type="submit" className={styles.send} disabled={!ready} aria-label="Send" title="Send (Enter)">
          <Icon name="send" size={19} />
        </button>
      </div>
    </form>
  );
}
