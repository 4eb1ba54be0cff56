// What can be done with something, as a menu: under a button, or where somebody presses the other mouse button, the
// context key or holds a finger. Both take the same list, so that neither knows more than the other.
import { ContextMenu } from "@base-ui/react/context-menu";
import { Menu } from "@base-ui/react/menu";
import type { ReactElement, ReactNode } from "react";
import styles from "./action-menu.module.css";
import { Icon, type IconName } from "./icon";

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
      <Popup label={label} actions={actions} />
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
      <Popup label={label} actions={actions}>
        {children}
      </Popup>
    </Menu.Root>
  );
}

function Popup({ label, actions, children }: { label: string; actions: readonly ActionEntry[]; children?: ReactNode }) {
  return (
    <Menu.Portal>
      <Menu.Positioner sideOffset={6} align="end" className={styles.positioner}>
        <Menu.Popup className={styles.popup} aria-label={label}>
          {children}
          {actions.map((entry) =>
            "choices" in entry ? <Group key={entry.label} group={entry} /> : <Item key={entry.label} action={entry} />,
          )}
        </Menu.Popup>
      </Menu.Positioner>
    </Menu.Portal>
  );
}

function Group({ group }: { group: ActionGroup }) {
  return (
    <Menu.SubmenuRoot>
      <Menu.SubmenuTrigger className={styles.item}>
        <Icon name={group.icon} size={18} />
        {group.label}
        <span className={styles.further}>
          <Icon name="forward" size={16} />
        </span>
      </Menu.SubmenuTrigger>
      <Menu.Portal>
        <Menu.Positioner sideOffset={2} alignOffset={-6} className={styles.positioner}>
          <Menu.Popup className={styles.popup} aria-label={group.label}>
            {group.choices.map((action) => (
              <Item key={action.label} action={action} />
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.SubmenuRoot>
  );
}

function Item({ action: { label, icon, onSelect, danger, apart } }: { action: Action }) {
  return (
    <>
      {apart && <Menu.Separator className={styles.separator} />}
      <Menu.Item className={styles.item} data-danger={danger || undefined} onClick={onSelect}>
        <Icon name={icon} size={18} />
        {label}
      </Menu.Item>
    </>
  );
}
