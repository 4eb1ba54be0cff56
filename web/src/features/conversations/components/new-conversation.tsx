// Makes a group (its people, a name if wanted) or a room (a name, a topic, people if wanted).
import { type FormEvent, useState } from "react";
import { Button } from "@/components/button";
import { Fault } from "@/components/fault";
import { Modal } from "@/components/modal";
import { TextArea } from "@/components/text-area";
import { TextField } from "@/components/text-field";
import { DEFAULT_LIMITS, useServerConfig } from "@/lib/queries/config";
import type { Conversation, User } from "@/sdk/types";
import { texts } from "@/texts/texts";
import { useCreateConversation } from "../api/create-conversation";
import { faultText } from "../model/fault-text";
import { titleFault } from "../model/title-fault";
import { PeoplePicker } from "./people-picker";

interface Props {
  kind: "group" | "room";
  onClose: () => void;
  onCreated: (conversation: Conversation) => void;
}

/** The first members at the making of a room (contract, section 5). */
const ROOM_FIRST_MEMBERS = 255;

export function NewConversation({ kind, onClose, onCreated }: Props) {
  const words = texts.conversations;
  const limits = useServerConfig().data?.limits ?? DEFAULT_LIMITS;
  const create = useCreateConversation();
  const [chosen, setChosen] = useState<User[]>([]);
  const [title, setTitle] = useState("");
  const [topic, setTopic] = useState("");
  const [tried, setTried] = useState(false);
  const group = kind === "group";
  const fault = titleFault(title, !group, limits.title_max);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (fault || (group && chosen.length === 0)) return;
    const named = { ...(title.trim() && { title: title.trim() }), ...(topic.trim() && { topic: topic.trim() }) };
    create.mutate({ kind, member_ids: chosen.map((user) => user.id), ...named }, { onSuccess: onCreated });
  };
  const most = group ? limits.group_max_members - 1 : ROOM_FIRST_MEMBERS;
  const picker = (
    <PeoplePicker chosen={chosen} onChange={setChosen} most={most} full={words.groupFull(limits.group_max_members)} />
  );
  return (
    <Modal
      open
      onClose={onClose}
      title={group ? words.newGroup : words.newRoom}
      explain={group ? words.newGroupText : words.newRoomText}
      foot={
        <Button form="new-conversation" type="submit" busy={create.isPending} disabled={group && chosen.length === 0}>
          {group ? words.createGroup : words.createRoom}
        </Button>
      }
    >
      <form id="new-conversation" onSubmit={submit} noValidate>
        <TextField
          label={words.title}
          dir="auto"
          autoComplete="off"
          value={title}
          hint={group ? words.titleHintGroup : undefined}
          fault={tried || title.length > limits.title_max ? fault : undefined}
          onChange={(event) => setTitle(event.target.value)}
        />
      </form>
      {!group && (
        <TextArea
          label={words.topic}
          hint={words.topicHint}
          value={topic}
          max={limits.topic_max}
          rows={2}
          onChange={setTopic}
        />
      )}
      {group ? (
        picker
      ) : (
        <details>
          <summary>{words.optionalPeople}</summary>
          {picker}
        </details>
      )}
      {create.error && <Fault>{faultText(create.error)}</Fault>}
    </Modal>
  );
}
