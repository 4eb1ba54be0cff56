// Changes name, topic and picture of a group or room.
import { type FormEvent, useEffect, useState } from "react";
import { Avatar } from "@/components/avatar";
import { Button } from "@/components/button";
import { Fault } from "@/components/fault";
import { Modal } from "@/components/modal";
import { TextArea } from "@/components/text-area";
import { TextField } from "@/components/text-field";
import { faceOf } from "@/lib/conversation-name";
import { DEFAULT_LIMITS, useServerConfig } from "@/lib/queries/config";
import { toApiError } from "@/sdk/api-error";
import type { Conversation } from "@/sdk/types";
import { texts } from "@/texts/texts";
import { useUpdateConversation } from "../api/update-conversation";
import { faultText } from "../model/fault-text";
import { titleFault } from "../model/title-fault";
import styles from "./details.module.css";

interface Props {
  conversation: Conversation;
  name: string;
  onClose: () => void;
}

export function EditConversation({ conversation, name, onClose }: Props) {
  const words = texts.conversations;
  const limits = useServerConfig().data?.limits ?? DEFAULT_LIMITS;
  const update = useUpdateConversation();
  const [title, setTitle] = useState(conversation.title ?? "");
  const [topic, setTopic] = useState(conversation.topic ?? "");
  const [picture, setPicture] = useState<File | null>();
  const [refused, setRefused] = useState<string>();
  const preview = useObjectUrl(picture);
  const fault = titleFault(title, conversation.kind === "room", limits.title_max);
  const choose = (file: File | undefined) => {
    if (!file) return;
    if (!file.type.startsWith("image/")) return setRefused(words.pictureNotImage);
    if (file.size > limits.attachment_max_bytes) return setRefused(words.pictureTooLarge);
    setRefused(undefined);
    setPicture(file);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (fault || [...topic].length > limits.topic_max) return;
    const change = { ...changed("title", title, conversation.title), ...changed("topic", topic, conversation.topic) };
    update.mutate({ id: conversation.id, change, picture }, { onSuccess: onClose });
  };
  const face = faceOf(conversation, name);
  const shown = picture === undefined ? conversation.avatar_url : (preview ?? null);
  return (
    <Modal
      open
      onClose={onClose}
      title={words.edit}
      foot={
        <Button form="edit-conversation" type="submit" busy={update.isPending}>
          {words.saveChanges}
        </Button>
      }
    >
      <div className={styles.picture}>
        <Avatar user={face && { ...face, avatar_url: shown }} size={72} />
        <label className={styles.choose}>
          {words.choosePicture}
          <input
            type="file"
            accept="image/*"
            className="visually-hidden"
            onChange={(event) => choose(event.target.files?.[0])}
          />
        </label>
        {shown && (
          <Button kind="quiet" size="small" onClick={() => setPicture(null)}>
            {words.removePicture}
          </Button>
        )}
      </div>
      {refused && <Fault>{refused}</Fault>}
      <form id="edit-conversation" onSubmit={submit} noValidate>
        <TextField
          label={words.title}
          dir="auto"
          autoComplete="off"
          value={title}
          fault={fault}
          onChange={(event) => setTitle(event.target.value)}
        />
      </form>
      <TextArea
        label={words.topic}
        hint={words.topicHint}
        value={topic}
        max={limits.topic_max}
        rows={3}
        onChange={setTopic}
      />
      {update.error && <Fault>{updateFault(update.error)}</Fault>}
    </Modal>
  );
}

/** Only what is different is sent; an emptied text is `null`. */
function changed<K extends string>(key: K, now: string, before: string | null): Partial<Record<K, string | null>> {
  const wanted = now.trim() || null;
  return wanted === before ? {} : ({ [key]: wanted } as Partial<Record<K, string | null>>);
}

function updateFault(cause: unknown): string {
  const { code, fields } = toApiError(cause);
  if (code === "too_large") return texts.conversations.pictureTooLarge;
  if (fields.some(({ field }) => field.includes("avatar") || field === "file"))
    return texts.conversations.pictureNotImage;
  return faultText(cause);
}

function useObjectUrl(file: File | null | undefined): string | undefined {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    if (!file) return setUrl(undefined);
    const made = URL.createObjectURL(file);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  return url;
}
