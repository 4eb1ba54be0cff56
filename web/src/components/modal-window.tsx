// A window over the page: a title, what is asked, and the buttons. On a phone it fills the screen from below.
import { Dialog } from "@base-ui/react/dialog";
import { type ReactNode, useRef } from "react";
import { texts } from "@/texts/texts";
import { Icon } from "./icon";
import styles from "./modal-window.module.css";

export interface ModalProps {
  open: boolean;
  onClose: () => void;
  title: string;
  /** One sentence under the title. */
  explain?: string;
  /** The buttons; they stay in sight while the rest scrolls. */
  foot?: ReactNode;
  children?: ReactNode;
  /** There is only something to read in it: it takes the focus itself, so that the arrow keys scroll it. */
  reading?: boolean;
}

const FIELD = "input:enabled:not([type=file]), textarea:enabled";

export function ModalWindow({ open, onClose, title, explain, foot, children, reading = false }: ModalProps) {
  const popup = useRef<HTMLDivElement>(null);
  // What there is to fill in comes before the button that closes; on a touch screen its keyboard would cover the window.
  const first = (by: string) => by === "touch" || (popup.current?.querySelector<HTMLElement>(FIELD) ?? true);
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={styles.backdrop} />
        <Dialog.Viewport className={styles.viewport}>
          <Dialog.Popup ref={popup} initialFocus={first} className={styles.popup}>
            <header className={styles.head}>
              <Dialog.Title className={styles.title}>{title}</Dialog.Title>
              <Dialog.Close className={styles.close} aria-label={texts.common.close}>
                <Icon name="close" />
              </Dialog.Close>
            </header>
            {explain && <Dialog.Description className={styles.explain}>{explain}</Dialog.Description>}
            {children && (
              <div className={styles.body} {...(reading && { role: "group", "aria-label": title, tabIndex: 0 })}>
                {children}
              </div>
            )}
            {foot && <footer className={styles.foot}>{foot}</footer>}
          </Dialog.Popup>
        </Dialog.Viewport>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
