// A window over the page: a title, what is asked, and the buttons. On a phone it fills the screen from below.
import { Dialog } from "@base-ui/react/dialog";
import type { ReactNode } from "react";
import { texts } from "@/texts/texts";
import { Icon } from "./icon";
import styles from "./modal.module.css";

interface Props {
  open: boolean;
  onClose: () => void;
  title: string;
  /** One sentence under the title. */
  explain?: string;
  /** The buttons; they stay in sight while the rest scrolls. */
  foot?: ReactNode;
  children?: ReactNode;
}

export function Modal({ open, onClose, title, explain, foot, children }: Props) {
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={styles.backdrop} />
        <Dialog.Viewport className={styles.viewport}>
          <Dialog.Popup className={styles.popup}>
            <header className={styles.head}>
              <Dialog.Title className={styles.title}>{title}</Dialog.Title>
              <Dialog.Close className={styles.close} aria-label={texts.common.close}>
                <Icon name="close" />
              </Dialog.Close>
            </header>
            {explain && <Dialog.Description className={styles.explain}>{explain}</Dialog.Description>}
            {children && <div className={styles.body}>{children}</div>}
            {foot && <footer className={styles.foot}>{foot}</footer>}
          </Dialog.Popup>
        </Dialog.Viewport>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
