// Why something did not work, where it was tried; read out at once.
import type { ReactNode } from "react";
import styles from "./fault.module.css";
import { Icon } from "./icon";

export function Fault({ children }: { children: ReactNode }) {
  return (
    <p className={styles.fault} role="alert">
      <Icon name="alert" size={17} />
      <span>{children}</span>
    </p>
  );
}
