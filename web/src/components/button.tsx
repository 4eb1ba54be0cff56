// Buttons in their few kinds. A busy one keeps its size and can't be pressed again.
import type { ComponentProps } from "react";
import styles from "./button.module.css";
import { Icon, type IconName } from "./icon";

type Kind = "primary" | "secondary" | "quiet" | "danger";

interface ButtonProps extends ComponentProps<"button"> {
  kind?: Kind;
  size?: "small" | "medium" | "large";
  busy?: boolean;
  icon?: IconName;
}

export function Button({ kind = "primary", size = "medium", busy = false, icon, children, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={styles.button}
      data-kind={kind}
      data-size={size}
      aria-busy={busy || undefined}
      disabled={busy || rest.disabled}
    >
      {icon && <Icon name={icon} size={size === "small" ? 16 : 18} />}
      <span>{children}</span>
    </button>
  );
}

interface IconButtonProps extends Omit<ComponentProps<"button">, "children"> {
  icon: IconName;
  label: string;
}

export function IconButton({ icon, label, ...rest }: IconButtonProps) {
  return (
    <button type="button" title={label} aria-label={label} {...rest} className={styles.icon}>
      <Icon name={icon} />
    </button>
  );
}
