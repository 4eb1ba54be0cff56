// Tells the people who run this server what is wrong with a message.
import { useState } from "react";
import { Button } from "@/components/button";
import { Fault } from "@/components/fault";
import { Modal } from "@/components/modal";
import { tell } from "@/components/toast";
import { errorText } from "@/lib/error-text";
import type { Message } from "@/sdk/types";
import { texts } from "@/texts/texts";
import { type ReportReason, useReport } from "../api/message-facts";
import styles from "./dialogs.module.css";

interface Props {
  message: Message;
  open: boolean;
  onClose: () => void;
}

const DETAIL_MAX = 2_000;

export function ReportDialog({ message, open, onClose }: Props) {
  const report = useReport(message);
  const [reason, setReason] = useState<ReportReason>();
  const [detail, setDetail] = useState("");
  const words = texts.chat.report;
  const send = () => {
    if (!reason) return;
    const onSuccess = () => {
      tell(words.done);
      onClose();
    };
    report.mutate({ reason, detail }, { onSuccess });
  };
  return (
    <Modal
      title={words.title}
      explain={words.intro(message.sender?.display_name ?? texts.chat.someone)}
      open={open}
      onClose={onClose}
      foot={
        <>
          <Button kind="secondary" onClick={onClose}>
            {texts.common.cancel}
          </Button>
          <Button busy={report.isPending} disabled={!reason} onClick={send}>
            {words.send}
          </Button>
        </>
      }
    >
      <fieldset className={styles.choices}>
        <legend>{words.reason}</legend>
        {(Object.keys(words.reasons) as ReportReason[]).map((value) => (
          <label key={value}>
            <input type="radio" name="reason" checked={reason === value} onChange={() => setReason(value)} />
            {words.reasons[value]}
          </label>
        ))}
      </fieldset>
      <label className={styles.field}>
        {words.detail}
        <textarea
          rows={3}
          dir="auto"
          maxLength={DETAIL_MAX}
          value={detail}
          onChange={(event) => setDetail(event.target.value)}
        />
      </label>
      {report.error && <Fault>{errorText(report.error)}</Fault>}
    </Modal>
  );
}
