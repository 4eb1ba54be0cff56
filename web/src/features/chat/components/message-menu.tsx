// Everything that can be done with a message, in one menu at the place where it was asked for: a quick row of reactions,
// then the rest.
import { Menu } from "@base-ui/react/menu";
import { copyLink } from "@/components/copy-link";
import { Icon } from "@/components/icon";
import { MenuItem, MenuPopup } from "@/components/menu";
import { texts } from "@/texts/texts";
import type { MessageRow } from "../model/timeline";
import { type Anchor, permissionsOf, useActions, useScene } from "./chat-scene";
import styles from "./message-menu.module.css";

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
      <MenuPopup label={words.label} anchor={anchor} align="start">
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
        {message && may.reply && <MenuItem icon="reply" label={words.reply} onSelect={() => actions.reply(message)} />}
        {message && may.edit && <MenuItem icon="pencil" label={words.edit} onSelect={() => actions.edit(message)} />}
        {may.copy && <MenuItem icon="copy" label={words.copy} onSelect={() => actions.copy(row)} />}
        {message && (
          <MenuItem
            icon="link"
            label={texts.common.copyLink}
            onSelect={() => void copyLink(`/c/${message.conversation_id}?at=${message.seq}`)}
          />
        )}
        {message && may.info && (
          <MenuItem icon="info" label={words.info} onSelect={() => actions.open({ kind: "info", message })} />
        )}
        {message && may.history && (
          <MenuItem icon="history" label={words.history} onSelect={() => actions.open({ kind: "edits", message })} />
        )}
        {message && may.report && (
          <MenuItem icon="flag" label={words.report} onSelect={() => actions.open({ kind: "report", message })} />
        )}
        {message && may.delete && (
          <MenuItem
            icon="trash"
            label={words.delete}
            danger
            onSelect={() => actions.open({ kind: "delete", message })}
          />
        )}
      </MenuPopup>
    </Menu.Root>
  );
}
