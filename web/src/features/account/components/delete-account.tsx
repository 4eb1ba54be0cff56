// Deleting the account: what becomes of the messages, the username typed out, and the proof that it is the owner.
import { useState } from "react";
import { Button } from "@/components/button";
import { ChoiceRow } from "@/components/choice-row";
import { Modal } from "@/components/modal";
import { TextField } from "@/components/text-field";
import { useLive } from "@/lib/client-context";
import { texts } from "@/texts/texts";
import { useDeleteAccount } from "../api/delete-account";
import { ProofForm } from "./proof-form";
import styles from "./settings.module.css";
import { SettingsSection } from "./settings-page";

export function DeleteAccount() {
  const { data: words } = texts.settings;
  const { me } = useLive();
  const [open, setOpen] = useState(false);
  const remove = useDeleteAccount();
  const [messages, setMessages] = useState<"keep" | "erase">("keep");
  const [typed, setTyped] = useState("");
  const [mismatch, setMismatch] = useState(false);
  const matches = () => {
    const same = typed.trim().toLowerCase() === me.username;
    setMismatch(!same);
    return same;
  };
  return (
    <SettingsSection title={words.delete} lead={words.deleteLead}>
      <div className={styles.block}>
        <div className={styles.buttons}>
          <Button kind="danger" icon="trash" onClick={() => setOpen(true)}>
            {words.deleteButton}
          </Button>
        </div>
      </div>
      <Modal open={open} onClose={() => setOpen(false)} title={words.deleteTitle} explain={words.deleteExplain}>
        <ProofForm
          withCode={me.totp_enabled}
          danger
          button={words.deleteNow}
          check={matches}
          onSubmit={(proof) => remove.mutateAsync({ ...proof, messages })}
        >
          <div className={styles.inset}>
            <ChoiceRow
              label={words.messages}
              choices={[
                { value: "keep", label: words.keep },
                { value: "erase", label: words.erase },
              ]}
              value={messages}
              onChange={setMessages}
            />
          </div>
          <TextField
            label={words.typeName(me.username)}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            dir="ltr"
            value={typed}
            fault={mismatch ? words.typeMismatch : undefined}
            onChange={(event) => setTyped(event.target.value)}
          />
        </ProofForm>
      </Modal>
    </SettingsSection>
  );
}
