// The menus of src/components/action-menu.tsx: under their button, or where somebody pressed.
import { Menu } from "@base-ui/react/menu";
import { type ReactNode, useMemo } from "react";
import type { ActionEntry } from "./action-menu";
import styles from "./action-menu.module.css";
import { Icon, type IconName } from "./icon";
import { MenuItem, MenuLine, MenuPopup, Submenu } from "./menu";

export interface ActionMenuProps {
  actions: readonly ActionEntry[];
  label: string;
  icon: IconName;
  /** Pressed already, before this was there. */
  opened: boolean;
  children?: ReactNode;
}

export function ActionMenu({ actions, label, icon, opened, children }: ActionMenuProps) {
  return (
    <Menu.Root defaultOpen={opened}>
      <Menu.Trigger className={styles.trigger} aria-label={label} title={label}>
        <Icon name={icon} />
      </Menu.Trigger>
      <MenuPopup label={label}>
        {children}
        <Entries actions={actions} />
      </MenuPopup>
    </Menu.Root>
  );
}

interface PopupProps {
  actions: readonly ActionEntry[];
  label: string;
  open: boolean;
  place: { x: number; y: number };
  onClose: () => void;
}

export function ActionPopup({ actions, label, open, place, onClose }: PopupProps) {
  const point = useMemo(() => ({ getBoundingClientRect: () => new DOMRect(place.x, place.y, 0, 0) }), [place]);
  return (
    <Menu.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <MenuPopup label={label} anchor={point} align="start">
        <Entries actions={actions} />
      </MenuPopup>
    </Menu.Root>
  );
}

function Entry({ entry }: { entry: ActionEntry }) {
  if ("choices" in entry)
    return (
      <Submenu icon={entry.icon} label={entry.label}>
        <Entries actions={entry.choices} />
      </Submenu>
    );
  const { apart, ...action } = entry;
  return (
    <>
      {apart && <MenuLine />}
      <MenuItem {...action} />
    </>
  );
}

function Entries({ actions }: { actions: readonly ActionEntry[] }) {
  return actions.map((entry) => <Entry key={entry.label} entry={entry} />);
}
