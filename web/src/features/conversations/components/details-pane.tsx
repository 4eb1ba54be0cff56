// Everything about one conversation beside it: who and what it is, how it tells, who is in it, what was shared, and the
// ways out. What is offered follows from the reader's role.
import { type ReactNode, useState } from "react";
import { IconButton } from "@/components/button";
import { EmptyState } from "@/components/empty-state";
import { Spinner } from "@/components/spinner";
import { errorText } from "@/lib/error-text";
import { useOneConversation } from "@/lib/live/use-conversation";
import { useConversationName } from "@/lib/queries/conversation-name";
import type { Conversation, User, UserLite } from "@/sdk/types";
import { texts } from "@/texts/texts";
import { type Deed, DeedDialog } from "./deed-dialog";
import styles from "./details.module.css";
import { DetailsEnd } from "./details-end";
import { DetailsHead } from "./details-head";
import { DetailsSettings } from "./details-settings";
import { MemberList } from "./member-list";
import { SharedFiles } from "./shared-files";

interface Props {
  conversationId: string;
  onClose: () => void;
  onPerson: (user: UserLite) => void;
  onReport: (user: UserLite) => void;
  /** Goes to a message of the conversation. */
  onMessage: (seq: number) => void;
  /** The profile of the other one in a direct conversation. */
  profile: (peer: User) => ReactNode;
  /** More about how this conversation tells, under its mute. */
  notices?: (conversation: Conversation) => ReactNode;
}

export function DetailsPane(props: Props) {
  const { conversation, error } = useOneConversation(props.conversationId);
  const words = texts.conversations;
  const title = conversation ? TITLES[conversation.kind]() : words.details;
  return (
    <aside className={styles.pane} aria-label={title}>
      <header className={styles.top}>
        <IconButton icon="close" label={words.closeDetails} onClick={props.onClose} />
        <h2>{title}</h2>
      </header>
      <div className={styles.scroll}>
        {conversation && <Loaded {...props} conversation={conversation} />}
        {!conversation && error && <EmptyState icon="alert" title={errorText(error)} compact />}
        {!conversation && !error && <Spinner label={words.loadingDetails} />}
      </div>
    </aside>
  );
}

const TITLES: Record<Conversation["kind"], () => string> = {
  direct: () => texts.conversations.directDetails,
  group: () => texts.conversations.groupDetails,
  room: () => texts.conversations.roomDetails,
};

function Loaded({
  conversation,
  onPerson,
  onReport,
  onMessage,
  profile,
  notices,
}: Props & { conversation: Conversation }) {
  const name = useConversationName(conversation);
  const [deed, setDeed] = useState<Deed>();
  const { kind, peer } = conversation;
  return (
    <>
      {kind === "direct" && peer ? profile(peer) : <DetailsHead conversation={conversation} name={name} />}
      {conversation.my && <DetailsSettings conversation={conversation}>{notices?.(conversation)}</DetailsSettings>}
      {kind !== "direct" && conversation.my && (
        <MemberList conversation={conversation} onPerson={onPerson} onReport={onReport} />
      )}
      {conversation.my && <SharedFiles conversationId={conversation.id} onMessage={onMessage} />}
      <DetailsEnd conversation={conversation} onDeed={setDeed} />
      {deed && <DeedDialog conversation={conversation} name={name} deed={deed} onClose={() => setDeed(undefined)} />}
    </>
  );
}
