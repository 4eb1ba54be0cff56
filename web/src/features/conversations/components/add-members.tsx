// Adds people to a group or room, one call each; those who could not be added stay chosen, with the reason.
import { useState } from "react";
import { Button } from "@/components/button";
import { Fault } from "@/components/fault";
import { Modal } from "@/components/modal";
import { DEFAULT_LIMITS, useServerConfig } from "@/lib/queries/config";
import type { Conversation, User } from "@/sdk/types";
import { locale, texts } from "@/texts/texts";
import { useChangeMember } from "../api/change-member";
import { faultText } from "../model/fault-text";
import { PeoplePicker } from "./people-picker";

interface Props {
  conversation: Conversation;
  present: ReadonlySet<string>;
  onClose: () => void;
}

/** A room holds far more than one would choose by hand. */
const AT_ONCE = 100;

export function AddMembers({ conversation, present, onClose }: Props) {
  const words = texts.conversations;
  const limits = useServerConfig().data?.limits ?? DEFAULT_LIMITS;
  const change = useChangeMember(conversation.id);
  const [chosen, setChosen] = useState<User[]>([]);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string>();
  const places = conversation.kind === "group" ? limits.group_max_members - conversation.member_count : AT_ONCE;
  const add = async () => {
    setBusy(true);
    setFault(undefined);
    const left: User[] = [];
    let why = "";
    for (const user of chosen) {
      try {
        await change.mutateAsync({ userId: user.id });
      } catch (cause) {
        left.push(user);
        why = faultText(cause);
      }
    }
    setBusy(false);
    if (left.length === 0) return onClose();
    const names = new Intl.ListFormat(locale).format(left.map((user) => user.display_name));
    setChosen(left);
    setFault(`${words.notAdded(names)} ${why}`);
  };
  return (
    <Modal
      open
      onClose={onClose}
      title={words.addPeople}
      explain={words.addPeopleText}
      foot={
        <Button busy={busy} disabled={chosen.length === 0} onClick={() => void add()}>
          {chosen.length === 0 ? words.addPeople : words.add(chosen.length)}
        </Button>
      }
    >
      <PeoplePicker
        chosen={chosen}
        onChange={setChosen}
        without={present}
        most={Math.max(0, Math.min(places, AT_ONCE))}
        full={conversation.kind === "group" ? words.groupFull(limits.group_max_members) : undefined}
      />
      {fault && <Fault>{fault}</Fault>}
    </Modal>
  );
}
