// The palette: one field that finds conversations, people and commands, worked by keyboard alone. The first hit is
// always chosen, so that typing and Enter is all it takes.
import { Autocomplete } from "@base-ui/react/autocomplete";
import { Dialog } from "@base-ui/react/dialog";
import type { ReactNode } from "react";
import { Icon } from "@/components/icon";
import { texts } from "@/texts/texts";
import styles from "./palette.module.css";

export interface PaletteEntry {
  id: string;
  label: string;
  detail?: string;
  /** Stands before the label: an icon or a face. */
  mark: ReactNode;
  /** The keys that do the same. */
  keys?: readonly string[];
  onSelect: () => void;
}

export interface PaletteGroup {
  label: string;
  items: PaletteEntry[];
}

interface Props {
  typed: string;
  onTyped: (typed: string) => void;
  groups: readonly PaletteGroup[];
  busy: boolean;
  onClose: () => void;
}

export function Palette({ typed, onTyped, groups, busy, onClose }: Props) {
  const { palette: words } = texts.app;
  const select = (entry: PaletteEntry) => {
    onClose();
    entry.onSelect();
  };
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={styles.backdrop} />
        <Dialog.Viewport className={styles.viewport}>
          <Dialog.Popup className={styles.popup} aria-label={words.title}>
            <Autocomplete.Root
              inline
              open
              mode="none"
              items={groups}
              value={typed}
              onValueChange={(value, { reason }) => reason !== "item-press" && onTyped(value)}
              autoHighlight="always"
              keepHighlight
              itemToStringValue={(entry: PaletteEntry) => entry.label}
            >
              <div className={styles.field}>
                <Icon name="search" size={20} />
                <Autocomplete.Input className={styles.input} placeholder={words.placeholder} aria-label={words.title} />
                <kbd>{texts.app.keys.key.escape}</kbd>
              </div>
              <Autocomplete.Empty className={styles.empty}>{busy ? words.searching : words.empty}</Autocomplete.Empty>
              <Autocomplete.List className={styles.list}>
                {(group: PaletteGroup) => (
                  <Autocomplete.Group key={group.label} items={group.items} className={styles.group}>
                    <Autocomplete.GroupLabel className={styles.label}>{group.label}</Autocomplete.GroupLabel>
                    <Autocomplete.Collection>
                      {(entry: PaletteEntry) => <Row key={entry.id} entry={entry} onSelect={select} />}
                    </Autocomplete.Collection>
                  </Autocomplete.Group>
                )}
              </Autocomplete.List>
            </Autocomplete.Root>
            <p className={styles.hint} aria-hidden="true">
              {words.hint}
            </p>
          </Dialog.Popup>
        </Dialog.Viewport>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Row({ entry, onSelect }: { entry: PaletteEntry; onSelect: (entry: PaletteEntry) => void }) {
  return (
    <Autocomplete.Item value={entry} className={styles.item} onClick={() => onSelect(entry)}>
      <span className={styles.mark}>{entry.mark}</span>
      <span className={styles.words}>
        <bdi>{entry.label}</bdi>
        {entry.detail && (
          <small>
            <bdi>{entry.detail}</bdi>
          </small>
        )}
      </span>
      {entry.keys && (
        <span className={styles.keys} aria-hidden="true">
          {entry.keys.map((key) => (
            <kbd key={key}>{key}</kbd>
          ))}
        </span>
      )}
    </Autocomplete.Item>
  );
}
