// Asks once more before somebody leaves, closes or deletes a conversation.
import { useNavigate } from "@tanstack/react-router";
import { Button } from "@/components/button";
import { Confirm } from "@/components/confirm";
import { Fault } from "@/components/fault";
import { Modal } from "@/components/modal";
import type { Conversation } from "@/sdk/types";
import { texts } from "@/texts/texts";
import { useGovernConversation } from "../api/govern-conversation";
import { useLeaveConversation } from "../api/leave-conversation";
import { faultText } from "../model/fault-text";
import { rightsOf } from "../model/rights";

export type Deed = "leave" | "delete" | "close";

interface Props {
  conversation: Conversation;
  name: string;
  deed: Deed;
  onClose: () => void;
}

export function DeedDialog({ conversation, name, deed, onClose }: Props) {
  const words = texts.conversations;
  const navigate = useNavigate();
  const leave = useLeaveConversation();
  const govern = useGovernConversation();
  if (deed === "leave" && rightsOf(conversation).leaveNeedsTransfer)
    return (
      <Modal
        open
        onClose={onClose}
        title={words.leaveTitle(name)}
        explain={words.leaveOwner}
        foot={<Button onClick={onClose}>{texts.common.close}</Button>}
      />
    );
  const say = {
    leave: { title: words.leaveTitle(name), explain: leaveText(conversation), confirm: words.leave },
    delete: { title: words.deleteTitle(name), explain: words.deleteText, confirm: words.deleteIt },
    close: { title: words.closeTitle, explain: words.closeText, confirm: words.close },
  }[deed];
  const run = () => {
    if (deed === "close") return govern.mutate({ id: conversation.id, decision: "close" }, { onSuccess: onClose });
    leave.mutate({ conversation, forAll: deed === "delete" }, { onSuccess: () => void navigate({ to: "/" }) });
  };
  const error = leave.error ?? govern.error;
  return (
    <Confirm open onClose={onClose} danger busy={leave.isPending || govern.isPending} onConfirm={run} {...say}>
      {error && <Fault>{faultText(error)}</Fault>}
    </Confirm>
  );
}

function leaveText({ kind, member_count }: Conversation): string {
  const words = texts.conversations;
  if (member_count <= 1) return words.leaveLastText;
  return kind === "room" ? words.leaveRoomText : words.leaveGroupText;
}
