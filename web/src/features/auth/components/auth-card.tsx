// The frame around the screens of the way in.
import type { ReactNode } from "react";
import { Logo } from "@/components/logo";
import styles from "./auth-card.module.css";

interface Props {
  title: string;
  lead: ReactNode;
  children?: ReactNode;
  footer?: ReactNode;
}

export function AuthCard({ title, lead, children, footer }: Props) {
  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <div className={styles.brand}>
          <Logo size={44} />
          <span>PulseChat</span>
        </div>
        <div aria-live="polite">
          <h1>{title}</h1>
          <p className={styles.lead}>{lead}</p>
        </div>
        {children}
        {footer && <p className={styles.footer}>{footer}</p>}
      </div>
    </main>
  );
}

/** One line that says what is wrong with the form as a whole, read out when it appears. */
export function FormFault({ text }: { text: string | undefined }) {
  return text ? (
    <p role="alert" className={styles.fault}>
      {text}
    </p>
  ) : null;
}
