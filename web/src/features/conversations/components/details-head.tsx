// Picture, name, topic and counts of a group or room; owner and admins can change them.
import { useState } from "react";
import { Avatar } from "@/components/avatar";
import { Button } from "@/components/button";
import { copyLink } from "@/components/copy-link";
import { Icon } from "@/components/icon";
import { faceOf } from "@/lib/conversation-name";
import type { Conversation } from "@/sdk/types";
import { texts } from "@/texts/texts";
import { rightsOf } from "../model/rights";
import styles from "./details.module.css";
import { EditConversation } from "./edit-conversation";

export function DetailsHead({ conversation, name }: { conversation: Conversation; name: string }) {
  const words = texts.conversations;
  const [editing, setEditing] = useState(false);
  const { kind, topic, member_count, online_count, state, my } = conversation;
  const { edit } = rightsOf(conversation);
  return (
    <section className={styles.head}>
      <Avatar user={faceOf(conversation, name)} size={96} />
      <h3 dir="auto">{name}</h3>
      {kind !== "direct" && (
        <p className={styles.counts}>
          <span>{words.members(member_count)}</span>
          {online_count !== undefined && <span>{words.online(online_count)}</span>}
        </p>
      )}
      {topic ? (
        <p className={styles.topic} dir="auto">
          {topic}
        </p>
      ) : (
        edit && (
          <Button kind="quiet" size="small" onClick={() => setEditing(true)}>
            {words.addTopic}
          </Button>
        )
      )}
      <div className={styles.do}>
        {edit && (
          <Button kind="secondary" size="small" icon="pencil" onClick={() => setEditing(true)}>
            {words.edit}
          </Button>
        )}
        {kind === "room" && (
          <Button kind="secondary" size="small" icon="link" onClick={() => void copyLink(`/rooms/${conversation.id}`)}>
            {texts.common.copyLink}
          </Button>
        )}
      </div>
      {state === "closed" && (
        <p className={styles.note}>
          <Icon name="lock" size={16} />
          <span>{my?.role === "owner" ? words.closedNoteOwner : words.closedNote}</span>
        </p>
      )}
      {editing && <EditConversation conversation={conversation} name={name} onClose={() => setEditing(false)} />}
    </section>
  );
}
