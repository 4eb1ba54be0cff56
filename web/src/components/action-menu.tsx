// What can be done with something, as a menu: under a button, or where somebody presses the other mouse button, the
// context key or holds a finger. Both take the same list, so that neither knows more than the other.
//
// The menus themselves are fetched before somebody needs them; until then the button is a plain one.
import { cloneElement, type HTMLAttributes, type ReactElement, type ReactNode, useRef, useState } from "react";
import { later } from "@/lib/later";
import { usePress } from "@/lib/use-press";
import styles from "./action-menu.module.css";
import type { ActionMenuProps } from "./action-popup";
import { Icon, type IconName } from "./icon";

const ActionPopup = later(() => import("./action-popup").then((part) => part.ActionPopup));
const ActionMenu = later(
  () => import("./action-popup").then((part) => part.ActionMenu),
  (props: ActionMenuProps) => <PlainButton {...props} />,
);

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
  children: ReactElement<HTMLAttributes<HTMLElement>>;
}

export function ActionContext({ actions, label, children }: ContextProps) {
  const [open, setOpen] = useState(false);
  const place = useRef<{ x: number; y: number }>(undefined);
  const press = usePress((_, x, y) => {
    place.current = { x, y };
    setOpen(true);
    return true;
  });
  if (actions.length === 0) return children;
  const className = [children.props.className, styles.pressed].filter(Boolean).join(" ");
  return (
    <>
      {cloneElement(children, { ...press, className })}
      {place.current && (
        <ActionPopup open={open} place={place.current} label={label} actions={actions} onClose={() => setOpen(false)} />
      )}
    </>
  );
}

interface ButtonProps {
  actions: readonly ActionEntry[];
  label: string;
  icon?: IconName;
  /** Stands above the actions. */
  children?: ReactNode;
}

export function ActionButton({ icon = "more", ...props }: ButtonProps) {
  const [atOnce] = useState(ActionMenu.isThere);
  const [wanted, setWanted] = useState(false);
  if (props.actions.length === 0) return null;
  if (atOnce || wanted) return <ActionMenu {...props} icon={icon} opened={wanted} />;
  return <PlainButton {...props} icon={icon} onPress={() => setWanted(true)} />;
}

function PlainButton({ label, icon, onPress }: Pick<ActionMenuProps, "label" | "icon"> & { onPress?: () => void }) {
  return (
    <button
      type="button"
      className={styles.trigger}
      aria-label={label}
      title={label}
      aria-haspopup="menu"
      aria-expanded={false}
      onPointerEnter={ActionMenu.preload}
      onFocus={ActionMenu.preload}
      onClick={onPress}
    >
      <Icon name={icon} />
    </button>
  );
}
