// One member: who, in which role, and what may be done with them.
import { useState } from "react";
import { type Action, ActionButton, ActionContext } from "@/components/action-menu";
import { Avatar } from "@/components/avatar";
import { Confirm } from "@/components/confirm";
import { Fault } from "@/components/fault";
import { tellFault } from "@/components/toast";
import { useLive } from "@/lib/client-context";
import type { Conversation, Member, Presence, UserLite } from "@/sdk/types";
import { texts } from "@/texts/texts";
import { useChangeMember } from "../api/change-member";
import { useGovernConversation } from "../api/govern-conversation";
import { faultText } from "../model/fault-text";
import { memberRights } from "../model/rights";
import styles from "./details.module.css";

interface Props {
  conversation: Conversation;
  member: Member;
  presence: Presence | undefined;
  onPerson: (user: UserLite) => void;
  onReport: (user: UserLite) => void;
}

export function MemberRow({ conversation, member, presence, onPerson, onReport }: Props) {
  const { me } = useLive();
  const words = texts.conversations;
  const change = useChangeMember(conversation.id);
  const [asked, setAsked] = useState<"remove" | "transfer">();
  const { user, role } = member;
  const name = user.display_name;
  const own = user.id === me.id;
  const rights = memberRights(conversation, member, me.id);
  const give = (wanted: "admin" | "member") =>
    change.mutate({ userId: user.id, role: wanted }, { onError: (cause) => tellFault(cause, faultText) });
  const entries: (Action | false)[] = [
    !own && { label: words.showProfile, icon: "info", onSelect: () => onPerson(user) },
    rights.promote && { label: words.makeAdmin, icon: "shield", onSelect: () => give("admin") },
    rights.demote && { label: words.makeMember, icon: "people", onSelect: () => give("member") },
    rights.transfer && { label: words.transfer, icon: "crown", onSelect: () => setAsked("transfer") },
    !own && { label: words.report, icon: "flag", apart: true, onSelect: () => onReport(user) },
    rights.remove && { label: words.remove, icon: "userMinus", danger: true, onSelect: () => setAsked("remove") },
  ];
  const actions = entries.filter((entry) => entry !== false);
  return (
    <li>
      <ActionContext actions={actions} label={words.memberActions(name)}>
        <div className={styles.member}>
          <button type="button" className={styles.person} disabled={own} onClick={() => onPerson(user)}>
            <Avatar user={user} size={40} presence={presence} />
            <span className={styles.names}>
              <bdi>{own ? `${name} (${words.you})` : name}</bdi>
              <span>
                <bdi>@{user.username}</bdi>
              </span>
            </span>
          </button>
          {role !== "member" && <span className={styles.role}>{words.roles[role]}</span>}
          <ActionButton actions={actions} label={words.memberActions(name)} />
        </div>
      </ActionContext>
      {asked && <AskMember conversation={conversation} user={user} deed={asked} onClose={() => setAsked(undefined)} />}
    </li>
  );
}

interface AskProps {
  conversation: Conversation;
  user: UserLite;
  deed: "remove" | "transfer";
  onClose: () => void;
}

function AskMember({ conversation, user, deed, onClose }: AskProps) {
  const words = texts.conversations;
  const change = useChangeMember(conversation.id);
  const govern = useGovernConversation();
  const name = user.display_name;
  const remove = deed === "remove";
  const run = () =>
    remove
      ? change.mutate({ userId: user.id, role: null }, { onSuccess: onClose })
      : govern.mutate({ id: conversation.id, decision: { transferTo: user.id } }, { onSuccess: onClose });
  const error = change.error ?? govern.error;
  const removeText = conversation.kind === "room" ? words.removeRoomText : words.removeText;
  return (
    <Confirm
      open
      onClose={onClose}
      title={remove ? words.removeTitle(name) : words.transferTitle(name)}
      explain={remove ? removeText : words.transferText}
      confirm={remove ? words.remove : words.transfer}
      danger={remove}
      busy={change.isPending || govern.isPending}
      onConfirm={run}
    >
      {error && <Fault>{faultText(error)}</Fault>}
    </Confirm>
  );
}
