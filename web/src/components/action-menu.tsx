// What can be done with something, as a menu: under a button, or where somebody presses the other mouse button, the
// context key or holds a finger. Both take the same list, so that neither knows more than the other.
import { ContextMenu } from "@base-ui/react/context-menu";
import { Menu } from "@base-ui/react/menu";
import type { ReactElement, ReactNode } from "react";
import styles from "./action-menu.module.css";
import { Icon, type IconName } from "./icon";
import { MenuItem, MenuLine, MenuPopup, Submenu } from "./menu";

export interface Action {
  label: string;
  icon: IconName;
  onSelect: () => void;
  danger?: boolean;
  /** A line above sets it apart. */
  apart?: boolean;
}

/** An action that asks for more: its choices open beside it. */
export interface ActionGroup {
  label: string;
  icon: IconName;
  choices: readonly Action[];
}

export type ActionEntry = Action | ActionGroup;

interface ContextProps {
  /** Asked for when the menu opens. */
  actions: readonly ActionEntry[];
  label: string;
  /** What is pressed; it keeps its own role and focus. */
  children: ReactElement;
}

export function ActionContext({ actions, label, children }: ContextProps) {
  if (actions.length === 0) return children;
  return (
    <ContextMenu.Root>
      <ContextMenu.Trigger render={children} />
      <MenuPopup label={label}>
        <Entries actions={actions} />
      </MenuPopup>
    </ContextMenu.Root>
  );
}

interface ButtonProps {
  actions: readonly ActionEntry[];
  label: string;
  icon?: IconName;
  /** Stands above the actions. */
  children?: ReactNode;
}

export function ActionButton({ actions, label, icon = "more", children }: ButtonProps) {
  if (actions.length === 0) return null;
  return (
    <Menu.Root>
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
