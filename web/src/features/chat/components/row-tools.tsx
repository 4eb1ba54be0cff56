// What shows beside a message under the mouse: react, reply, and the menu with the rest. The keyboard has its own ways.
import { IconButton } from "@/components/button";
import { texts } from "@/texts/texts";
import type { MessageRow } from "../model/timeline";
import { permissionsOf, useActions, useScene } from "./chat-scene";
import styles from "./message-row.module.css";

export function RowTools({ row }: { row: MessageRow }) {
  const scene = useScene();
  const { open, reply } = useActions();
  const may = permissionsOf(row, scene);
  const { message } = row;
  const words = texts.chat.actions;
  if (!message || row.state !== "sent") return null;
  return (
    <div className={styles.tools} role="toolbar" aria-label={words.label}>
      {may.react && (
        <IconButton
          icon="smile"
          label={words.react}
          tabIndex={-1}
          onClick={(event) => open({ kind: "emoji", message, anchor: event.currentTarget })}
        />
      )}
      {may.reply && <IconButton icon="reply" label={words.reply} tabIndex={-1} onClick={() => reply(message)} />}
      <IconButton
        icon="more"
        label={words.more}
        tabIndex={-1}
        onClick={(event) => open({ kind: "menu", row, anchor: event.currentTarget })}
      />
    </div>
  );
}
