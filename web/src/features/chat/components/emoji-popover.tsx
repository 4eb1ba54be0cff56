// The emoji picker at the place where it was asked for. It is large, so it is loaded when it is first opened.
import { Popover } from "@base-ui/react/popover";
import { lazy, Suspense } from "react";
import { Spinner } from "@/components/spinner";
import { texts } from "@/texts/texts";
import type { Anchor } from "./chat-scene";
import styles from "./emoji-picker.module.css";

const EmojiPicker = lazy(() => import("./emoji-picker"));

interface Props {
  anchor: Anchor;
  open: boolean;
  onClose: () => void;
  onChoose: (emoji: string) => void;
}

export default function EmojiPopover({ anchor, open, onClose, onChoose }: Props) {
  return (
    <Popover.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Popover.Portal>
        <Popover.Positioner
          anchor={anchor}
          side="top"
          sideOffset={8}
          collisionPadding={8}
          className={styles.positioner}
        >
          <Popover.Popup className={styles.popup} aria-label={texts.chat.emoji.open}>
            <Suspense fallback={<Spinner label={texts.chat.emoji.loading} />}>
              <EmojiPicker onChoose={onChoose} />
            </Suspense>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
