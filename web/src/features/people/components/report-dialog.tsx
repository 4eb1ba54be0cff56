// Reports somebody: a reason, what happened, and a block along with it if wanted.
import { type FormEvent, useState } from "react";
import { Button } from "@/components/button";
import { Fault } from "@/components/fault";
import { Modal } from "@/components/modal";
import { TextArea } from "@/components/text-area";
import { errorText } from "@/lib/error-text";
import type { User, UserLite } from "@/sdk/types";
import { texts } from "@/texts/texts";
import { type Report, useReport } from "../api/report-person";
import { useSetBlock } from "../api/set-block";
import styles from "./people.module.css";

const REASONS = [
  "spam",
  "harassment",
  "hate",
  "violence",
  "sexual",
  "self_harm",
  "impersonation",
  "other",
] as const satisfies readonly Report["reason"][];
const DETAIL_MAX = 2000;

interface Props {
  user: UserLite | User;
  /** The message that it is about. */
  messageId?: string;
  onClose: () => void;
  onSent: () => void;
}

export function ReportDialog({ user, messageId, onClose, onSent }: Props) {
  const words = texts.people;
  const [reason, setReason] = useState<Report["reason"]>();
  const [detail, setDetail] = useState("");
  const [alsoBlock, setAlsoBlock] = useState(false);
  const report = useReport();
  const block = useSetBlock();
  // The block can only come along where the relationship is known.
  const blockable = "relationship" in user && user.relationship?.blocking === false ? user : undefined;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!reason || [...detail].length > DETAIL_MAX) return;
    const about = { user_id: user.id, ...(messageId && { message_id: messageId }) };
    try {
      if (!report.isSuccess) await report.mutateAsync({ ...about, reason, ...(detail.trim() && { detail }) });
      if (alsoBlock && blockable) await block.mutateAsync({ user: blockable, block: true });
    } catch {
      return;
    }
    onSent();
    onClose();
  };
  const fault = report.error ?? block.error;
  return (
    <Modal
      open
      onClose={onClose}
      title={words.reportTitle(user.display_name)}
      explain={words.reportText}
      foot={
        <Button type="submit" form="report" disabled={!reason} busy={report.isPending || block.isPending}>
          {words.sendReport}
        </Button>
      }
    >
      <form id="report" className={styles.report} onSubmit={(event) => void submit(event)}>
        <fieldset>
          <legend>{words.reason}</legend>
          {REASONS.map((value) => (
            <label key={value}>
              <input type="radio" name="reason" checked={reason === value} onChange={() => setReason(value)} />
              {words.reasons[value]}
            </label>
          ))}
        </fieldset>
        <TextArea label={words.detail} value={detail} max={DETAIL_MAX} rows={3} onChange={setDetail} />
        {blockable && (
          <label>
            <input type="checkbox" checked={alsoBlock} onChange={(event) => setAlsoBlock(event.target.checked)} />
            {words.alsoBlock(user.display_name)}
          </label>
        )}
      </form>
      {fault && <Fault>{errorText(fault)}</Fault>}
    </Modal>
  );
}
