// The frame of one page of the settings: a heading, a line about it, and groups of choices in cards.
import { type ReactNode, useId } from "react";
import styles from "./settings.module.css";

interface Props {
  title: string;
  lead: string;
  /** The way back to the list, for narrow screens. */
  back: ReactNode;
  children: ReactNode;
}

export function SettingsPage({ title, lead, back, children }: Props) {
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        {back}
        <div>
          <h1>{title}</h1>
          <p>{lead}</p>
        </div>
      </header>
      {children}
    </div>
  );
}

interface SectionProps {
  title: string;
  lead?: string;
  /** Stands across from the title. */
  aside?: ReactNode;
  children?: ReactNode;
}

export function SettingsSection({ title, lead, aside, children }: SectionProps) {
  const id = useId();
  return (
    <section className={styles.section} aria-labelledby={id}>
      <div className={styles.sectionHead}>
        <div>
          <h2 id={id}>{title}</h2>
          {lead && <p>{lead}</p>}
        </div>
        {aside}
      </div>
      {children && <div className={styles.card}>{children}</div>}
    </section>
  );
}
