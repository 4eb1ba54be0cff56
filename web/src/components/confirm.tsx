// Asks once more before something that is hard to take back, and says why when it did not work.
import type { ReactNode } from "react";
import { errorText } from "@/lib/error-text";
import { texts } from "@/texts/texts";
import { Button } from "./button";
import { Fault } from "./fault";
import { Modal } from "./modal";

interface Props {
  open: boolean;
  onClose: () => void;
  title: string;
  explain: string;
  /** What the button says: the deed, not "OK". */
  confirm: string;
  danger?: boolean;
  busy?: boolean;
  error?: unknown;
  onConfirm: () => void;
  children?: ReactNode;
}

export function Confirm({ open, onClose, title, explain, confirm, danger, busy, error, onConfirm, children }: Props) {
  return (
    <Modal
      open={open}
      onClose={onClose}
      title={title}
      explain={explain}
      foot={
        <>
          <Button kind="secondary" onClick={onClose}>
            {texts.common.cancel}
          </Button>
          <Button kind={danger ? "danger" : "primary"} busy={busy ?? false} onClick={onConfirm}>
            {confirm}
          </Button>
        </>
      }
    >
      {(children || error !== undefined) && (
        <>
          {children}
          {error != null && <Fault>{errorText(error)}</Fault>}
        </>
      )}
    </Modal>
  );
}
