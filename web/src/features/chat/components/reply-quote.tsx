// What a message answers, in short; a press shows the original in its place.

import { useState } from "react";
import { filesText } from "@/lib/files-text";
import type { components } from "@/sdk/schema";
import { texts } from "@/texts/texts";
import { kindOf } from "../model/files";
import { plainText } from "../model/markdown";
import { useActions, useScene } from "./chat-scene";
import styles from "./message-bubble.module.css";

export function ReplyQuote({ reply }: { reply: components["schemas"]["ReplyTo"] }) {
  const { personOf, ownUserId } = useScene();
  const { jumpTo, messageAt } = useActions();
  const words = texts.chat;
  const name =
    reply.sender_id === ownUserId
      ? words.youName
      : ((reply.sender_id && personOf(reply.sender_id)?.display_name) ?? words.someone);
  const files = messageAt(reply.seq)?.attachments ?? [];
  const picture = files.find((file) => kindOf(file.media_type) === "image")?.thumbnail_url;
  return (
    <button
      type="button"
      className={styles.quote}
      tabIndex={-1}
      aria-label={words.message.showOriginal(name)}
      onClick={() => jumpTo(reply.seq)}
    >
      <strong dir="auto">{name}</strong>
      <span dir="auto">{plainText(reply.excerpt) || filesText(files).text || words.message.noText}</span>
      {picture && <Thumbnail source={picture} />}
    </button>
  );
}

/** Its address ends after a while: then the words do. */
function Thumbnail({ source }: { source: string }) {
  const [broken, setBroken] = useState(false);
  return !broken && <img src={source} alt="" decoding="async" draggable={false} onError={() => setBroken(true)} />;
}
