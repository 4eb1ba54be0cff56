// One open conversation: header, history, and where to write, or why one can't.
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useState } from "react";
import { Button } from "@/components/button";
import { EmptyState } from "@/components/empty-state";
import { Spinner } from "@/components/spinner";
import { useLive } from "@/lib/client-context";
import { nameOf } from "@/lib/conversation-name";
import { errorText } from "@/lib/error-text";
import { usePresence } from "@/lib/queries/presence";
import { queryKeys } from "@/lib/query-keys";
import { useAttention } from "@/lib/use-attention";
import type { Conversation, User } from "@/sdk/types";
import { useConversation } from "../api/get-conversation";
import { useHistory } from "../api/list-messages";
import { useMarkRead } from "../api/mark-read";
import { ChatHeader } from "./chat-header";
import styles from "./chat-pane.module.css";
import { Composer } from "./composer";
import { MessageList } from "./message-list";

const CATCH_UP_MS = 2_000;

interface Props {
  conversationId: string;
  /** What takes the place of the composer when the two are not connected (any more). */
  notConnected: (peer: User) => ReactNode;
}

export function ChatPane({ conversationId, notConnected }: Props) {
  const { conversation, error } = useConversation(conversationId);
  if (conversation) return <OpenChat conversation={conversation} notConnected={notConnected} />;
  if (error)
    return (
      <EmptyState icon="alert" title="This conversation isn't here">
        {errorText(error)}
      </EmptyState>
    );
  return <Spinner label="Opening the conversation" />;
}

function OpenChat({ conversation, notConnected }: { conversation: Conversation } & Pick<Props, "notConnected">) {
  const { outbox } = useLive();
  const { id, peer } = conversation;
  const history = useHistory(id);
  const presences = usePresence(peer ? [peer.id] : []);
  const attention = useAttention();
  const [atEnd, setAtEnd] = useState(false);
  const name = nameOf(conversation);
  useMarkRead(conversation, attention && atEnd && history.data !== undefined);
  useCatchUp(id, conversation.last_seq, history.data?.items.at(-1)?.seq);
  return (
    <section className={styles.pane} aria-label={`Chat with ${name}`}>
      <ChatHeader conversation={conversation} presence={peer ? presences.get(peer.id) : undefined} />
      {history.data ? (
        <MessageList conversation={conversation} history={history.data} peerName={name} onAtEnd={setAtEnd} />
      ) : (
        <div className={styles.waiting}>
          {history.error ? (
            <EmptyState icon="alert" title="The messages didn't load">
              <p>{errorText(history.error)}</p>
              <Button kind="secondary" onClick={() => void history.refetch()}>
                Try again
              </Button>
            </EmptyState>
          ) : (
            <Spinner label="Loading messages" />
          )}
        </div>
      )}
      <Foot conversation={conversation} notConnected={notConnected}>
        <Composer conversationId={id} peerName={name} onSend={(body) => outbox.send(id, body)} />
      </Foot>
    </section>
  );
}

interface FootProps extends Pick<Props, "notConnected"> {
  conversation: Conversation;
  children: ReactNode;
}

function Foot({ conversation: { kind, peer, state }, notConnected, children }: FootProps) {
  if (kind === "direct" && !peer)
    return <p className={styles.closed}>This person isn't here any more. You can still read your messages.</p>;
  if (state === "closed") return <p className={styles.closed}>This conversation is closed.</p>;
  if (kind === "direct" && peer?.relationship?.connected === false)
    return <div className={styles.closed}>{notConnected(peer)}</div>;
  return children;
}

/** When the inbox knows of a message that the history does not get to see, the history is fetched. */
function useCatchUp(conversationId: string, headSeq: number, knownSeq: number | undefined): void {
  const cache = useQueryClient();
  const behind = knownSeq !== undefined && knownSeq < headSeq;
  useEffect(() => {
    if (!behind) return;
    const queryKey = queryKeys.history(conversationId);
    const timer = setTimeout(() => void cache.invalidateQueries({ queryKey }), CATCH_UP_MS);
    return () => clearTimeout(timer);
  }, [behind, conversationId, cache]);
}
