// What every menu is made of: the popup, its entries, the line between them, and entries that open further ones.
import { Menu } from "@base-ui/react/menu";
import type { ComponentProps, FocusEvent, ReactNode } from "react";
import { Icon, type IconName } from "./icon";
import styles from "./menu.module.css";

interface PopupProps {
  label: string;
  children: ReactNode;
  /** Where it opens, when that is not its button. */
  anchor?: ComponentProps<typeof Menu.Positioner>["anchor"];
  align?: "start" | "end";
}

export function MenuPopup({ label, children, anchor, align = "end" }: PopupProps) {
  return (
    <Menu.Portal>
      <Menu.Positioner
        {...(anchor && { anchor })}
        sideOffset={6}
        align={align}
        collisionPadding={8}
        className={styles.positioner}
        {...landmark(label)}
      >
        <Menu.Popup className={styles.popup} aria-label={label} onFocus={chooseFirst}>
          {children}
        </Menu.Popup>
      </Menu.Positioner>
    </Menu.Portal>
  );
}

/** Whoever opened it by keyboard, and not by its button, begins at the first entry. */
function chooseFirst({ target, currentTarget }: FocusEvent<HTMLElement>): void {
  if (target === currentTarget && target.matches(":focus-visible"))
    currentTarget.querySelector<HTMLElement>("[role^=menuitem]")?.focus();
}

/** A menu lies outside of the parts of the page, so it is one of its own. */
const landmark = (label: string) => ({ role: "region", "aria-label": label });

export function MenuLine() {
  return <Menu.Separator className={styles.separator} />;
}

interface Looks {
  label: string;
  icon?: IconName | undefined;
  /** Stands before the label in place of an icon. */
  mark?: ReactNode;
  /** Stands at the end of the row. */
  end?: ReactNode;
}

interface ItemProps extends Looks {
  onSelect: () => void;
  danger?: boolean | undefined;
}

export function MenuItem({ onSelect, danger, ...looks }: ItemProps) {
  return (
    <Menu.Item className={styles.item} data-danger={danger || undefined} onClick={onSelect}>
      <Inside {...looks} />
    </Menu.Item>
  );
}

/** One of several; the menu stays, so that the choice is seen. Stands in a `Menu.RadioGroup`. */
export function MenuChoice({ value, ...looks }: Looks & { value: string }) {
  return (
    <Menu.RadioItem value={value} closeOnClick={false} className={styles.item}>
      <Inside {...looks} />
      <Menu.RadioItemIndicator className={styles.further} data-chosen>
        <Icon name="check" size={17} />
      </Menu.RadioItemIndicator>
    </Menu.RadioItem>
  );
}

interface SubmenuProps extends Looks {
  /** What the popup is called, when that is not the label. */
  title?: string;
  /** One of its entries holds now. */
  chosen?: boolean;
  children: ReactNode;
}

export function Submenu({ title, chosen = false, children, ...looks }: SubmenuProps) {
  return (
    <Menu.SubmenuRoot>
      <Menu.SubmenuTrigger className={styles.item}>
        <Inside {...looks} />
        <span className={styles.further} data-chosen={chosen || undefined}>
          <Icon name={chosen ? "check" : "forward"} size={16} />
        </span>
      </Menu.SubmenuTrigger>
      <Menu.Portal>
        <Menu.Positioner
          sideOffset={2}
          alignOffset={-6}
          collisionPadding={8}
          className={styles.positioner}
          {...landmark(title ?? looks.label)}
        >
          <Menu.Popup className={styles.popup} aria-label={title ?? looks.label}>
            {children}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.SubmenuRoot>
  );
}

function Inside({ label, icon, mark, end }: Looks) {
  return (
    <>
      {icon ? <Icon name={icon} size={18} /> : mark}
      <span className={styles.label} dir="auto">
        {label}
      </span>
      {end}
    </>
  );
}
