// Everything that can be done with a message, in one menu at the place where it was asked for: a quick row of reactions,
// then the rest.
import { Menu } from "@base-ui/react/menu";
import { Icon, type IconName } from "@/components/icon";
import { texts } from "@/texts/texts";
import type { MessageRow } from "../model/timeline";
import { type Anchor, permissionsOf, useActions, useScene } from "./chat-scene";
import styles from "./menu.module.css";

const QUICK = ["👍", "❤️", "😂", "😮", "😢", "🙏"];

interface Props {
  row: MessageRow;
  anchor: Anchor;
  open: boolean;
  onClose: () => void;
}

export function MessageMenu({ row, anchor, open, onClose }: Props) {
  const scene = useScene();
  const actions = useActions();
  const may = permissionsOf(row, scene);
  const { message } = row;
  const words = texts.chat.actions;
  const mine = new Set(message?.reactions.filter((reaction) => reaction.me).map((reaction) => reaction.emoji));
  return (
    <Menu.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Menu.Portal>
        <Menu.Positioner
          anchor={anchor}
          sideOffset={4}
          align="start"
          collisionPadding={8}
          className={styles.positioner}
        >
          <Menu.Popup className={styles.popup} aria-label={words.label}>
            {may.react && message && (
              <div className={styles.quick}>
                {QUICK.map((emoji) => (
                  <Menu.Item
                    key={emoji}
                    className={styles.emoji}
                    aria-label={words.reactWith(emoji)}
                    data-mine={mine.has(emoji) || undefined}
                    onClick={() => actions.toggleReaction(message, emoji)}
                  >
                    {emoji}
                  </Menu.Item>
                ))}
                <Menu.Item
                  className={styles.emoji}
                  aria-label={words.moreEmoji}
                  onClick={() => actions.open({ kind: "emoji", message, anchor })}
                >
                  <Icon name="plus" size={18} />
                </Menu.Item>
              </div>
            )}
            {message && may.reply && <Item icon="reply" label={words.reply} onClick={() => actions.reply(message)} />}
            {message && may.edit && <Item icon="pencil" label={words.edit} onClick={() => actions.edit(message)} />}
            {may.copy && <Item icon="copy" label={words.copy} onClick={() => actions.copy(row)} />}
            {message && may.info && (
              <Item icon="info" label={words.info} onClick={() => actions.open({ kind: "info", message })} />
            )}
            {message && may.history && (
              <Item icon="history" label={words.history} onClick={() => actions.open({ kind: "edits", message })} />
            )}
            {message && may.report && (
              <Item icon="flag" label={words.report} onClick={() => actions.open({ kind: "report", message })} />
            )}
            {message && may.delete && (
              <Item
                icon="trash"
                label={words.delete}
                danger
                onClick={() => actions.open({ kind: "delete", message })}
              />
            )}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

interface ItemProps {
  icon: IconName;
  label: string;
  danger?: boolean;
  onClick: () => void;
}

function Item({ icon, label, danger, onClick }: ItemProps) {
  return (
    <Menu.Item className={styles.item} data-danger={danger || undefined} onClick={onClick}>
      <Icon name={icon} size={18} />
      {label}
    </Menu.Item>
  );
}
