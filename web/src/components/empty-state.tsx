// What stands where nothing is yet: a picture, a line, and what to do next.
import type { ReactNode } from "react";
import styles from "./empty-state.module.css";
import { Icon, type IconName } from "./icon";

interface Props {
  icon: IconName;
  title: string;
  children?: ReactNode;
  compact?: boolean;
  /** It is all there is on the page, so its title is the heading. */
  alone?: boolean;
}

export function EmptyState({ icon, title, children, compact = false, alone = false }: Props) {
  const Title = alone ? "h1" : "p";
  return (
    <div className={styles.empty} data-compact={compact || undefined}>
      <span className={styles.badge}>
        <Icon name={icon} size={compact ? 22 : 30} />
      </span>
      <Title className={styles.title}>{title}</Title>
      {children && <div className={styles.text}>{children}</div>}
    </div>
  );
}
