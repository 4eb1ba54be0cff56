// What stands where nothing is yet: a picture, a line, and what to do next.
import type { ReactNode } from "react";
import styles from "./empty-state.module.css";
import { Icon, type IconName } from "./icon";

interface Props {
  icon: IconName;
  title: string;
  children?: ReactNode;
  compact?: boolean;
}

export function EmptyState({ icon, title, children, compact = false }: Props) {
  return (
    <div className={styles.empty} data-compact={compact || undefined}>
      <span className={styles.badge}>
        <Icon name={icon} size={compact ? 22 : 30} />
      </span>
      <p className={styles.title}>{title}</p>
      {children && <div className={styles.text}>{children}</div>}
    </div>
  );
}
