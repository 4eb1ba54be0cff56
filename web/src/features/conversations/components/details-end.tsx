// The ways out of a conversation: close it, open it again, leave it, delete it.
import { Fault } from "@/components/fault";
import { Icon, type IconName } from "@/components/icon";
import type { Conversation } from "@/sdk/types";
import { texts } from "@/texts/texts";
import { useGovernConversation } from "../api/govern-conversation";
import { faultText } from "../model/fault-text";
import { rightsOf } from "../model/rights";
import type { Deed } from "./deed-dialog";
import styles from "./details.module.css";

export function DetailsEnd({ conversation, onDeed }: { conversation: Conversation; onDeed: (deed: Deed) => void }) {
  const words = texts.conversations;
  const govern = useGovernConversation();
  const rights = rightsOf(conversation);
  if (conversation.kind === "direct") return null;
  return (
    <section className={styles.section} aria-label={texts.conversations.editTitle}>
      {rights.close && <Way icon="lock" label={words.close} onClick={() => onDeed("close")} />}
      {rights.reopen && (
        <Way
          icon="retry"
          label={words.reopen}
          onClick={() => govern.mutate({ id: conversation.id, decision: "reopen" })}
        />
      )}
      {(rights.leave || rights.leaveNeedsTransfer) && (
        <Way icon="leave" label={words.leave} danger onClick={() => onDeed("leave")} />
      )}
      {rights.deleteForAll && <Way icon="trash" label={words.deleteIt} danger onClick={() => onDeed("delete")} />}
      {govern.error && <Fault>{faultText(govern.error)}</Fault>}
    </section>
  );
}

interface WayProps {
  icon: IconName;
  label: string;
  danger?: boolean;
  onClick: () => void;
}

function Way({ icon, label, danger, onClick }: WayProps) {
  return (
    <button type="button" className={styles.way} data-danger={danger || undefined} onClick={onClick}>
      <Icon name={icon} size={20} />
      {label}
    </button>
  );
}
