// All keys that do something, by the place where they do it.
import { Modal } from "@/components/modal";
import { keysOf, MARK_SHORTCUTS, SHORTCUTS, type Shortcut } from "@/lib/shortcuts";
import { texts } from "@/texts/texts";
import styles from "./help-sheet.module.css";

type Line = readonly [string, Shortcut];

export function HelpSheet({ onClose }: { onClose: () => void }) {
  const { keys: words } = texts.app;
  const everywhere: readonly Line[] = [
    [words.palette, SHORTCUTS.palette],
    [words.search, SHORTCUTS.search],
    [words.help, SHORTCUTS.help],
    [words.settings, SHORTCUTS.settings],
    [words.nextChat, SHORTCUTS.nextChat],
    [words.previousChat, SHORTCUTS.previousChat],
    [words.nextPane, SHORTCUTS.nextPane],
    [words.previousPane, SHORTCUTS.previousPane],
    [words.escape, SHORTCUTS.escape],
  ];
  const chat: readonly Line[] = [
    [words.send, { key: "Enter" }],
    [words.newLine, { key: "Enter", shift: true }],
    [words.bold, MARK_SHORTCUTS.bold],
    [words.italic, MARK_SHORTCUTS.italic],
    [words.code, MARK_SHORTCUTS.code],
    [words.strike, MARK_SHORTCUTS.strike],
    [words.editLast, { key: "ArrowUp" }],
    [words.reply, { key: "Escape" }],
  ];
  const lists: readonly Line[] = [
    [words.arrows, { key: "ArrowDown" }],
    [words.enter, { key: "Enter" }],
    [words.menu, { key: "F10", shift: true }],
  ];
  return (
    <Modal open reading onClose={onClose} title={words.title} explain={words.lead}>
      <Part title={words.everywhere} lines={everywhere} />
      <Part title={words.chat} lines={chat} />
      <Part title={words.lists} lines={lists} />
    </Modal>
  );
}

function Part({ title, lines }: { title: string; lines: readonly Line[] }) {
  return (
    <section>
      <h3 className={styles.title}>{title}</h3>
      <dl className={styles.lines}>
        {lines.map(([label, shortcut]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd dir="ltr">
              {keysOf(shortcut).map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
