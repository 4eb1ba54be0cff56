// Asks for a day, and shows the conversation from there.
import { type FormEvent, useId, useState } from "react";
import { Button } from "@/components/button";
import { Fault } from "@/components/fault";
import { Modal } from "@/components/modal";
import { errorText } from "@/lib/error-text";
import { texts } from "@/texts/texts";
import styles from "./dialogs.module.css";

interface Props {
  open: boolean;
  onClose: () => void;
  /** The day the conversation began. */
  since: string;
  onJump: (day: Date) => Promise<void>;
}

export function DateDialog({ open, onClose, since, onJump }: Props) {
  const form = useId();
  const [day, setDay] = useState(() => dayOf(new Date()));
  const [error, setError] = useState<unknown>();
  const words = texts.chat.jump;
  const jump = async (event: FormEvent) => {
    event.preventDefault();
    // Without a time zone: midnight of the device.
    await onJump(new Date(`${day}T00:00:00`)).then(onClose, setError);
  };
  return (
    <Modal
      title={words.toDate}
      open={open}
      onClose={onClose}
      foot={
        <>
          <Button kind="secondary" onClick={onClose}>
            {texts.common.cancel}
          </Button>
          <Button type="submit" form={form} disabled={day === ""}>
            {words.go}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={(event) => void jump(event)}>
        <label className={styles.field}>
          {words.date}
          <input
            type="date"
            required
            min={dayOf(new Date(since))}
            max={dayOf(new Date())}
            value={day}
            onChange={(event) => setDay(event.target.value)}
          />
        </label>
      </form>
      {error !== undefined && <Fault>{errorText(error)}</Fault>}
    </Modal>
  );
}

/** As a field of dates has it, in the time zone of the device. */
function dayOf(date: Date): string {
  const pad = (value: number) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
}
