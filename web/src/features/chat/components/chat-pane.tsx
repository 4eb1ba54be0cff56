// One open conversation: header, history, and where to write, or why one can't.
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Button } from "@/components/button";
import { EmptyState } from "@/components/empty-state";
import { Spinner } from "@/components/spinner";
import { tellFault } from "@/components/toast";
import { useLive } from "@/lib/client-context";
import { nameOf } from "@/lib/conversation-name";
import { errorText } from "@/lib/error-text";
import { later } from "@/lib/later";
import { usePresence } from "@/lib/live/presence";
import { useConversation } from "@/lib/live/use-conversation";
import type { Conversation, Message } from "@/sdk/types";
import { texts } from "@/texts/texts";
import { loadParser, useReadable } from "../model/markdown";
import { ChatFoot, type FootSlots } from "./chat-foot";
import { ChatHeader } from "./chat-header";
import styles from "./chat-pane.module.css";
import { ActionsContext, SceneContext } from "./chat-scene";
import { Composer, type ComposerHandle } from "./composer";
import { DropZone } from "./drop-zone";
import { NO_FINDS } from "./finds";
import { MessageList, type MessageListHandle } from "./message-list";
import { useChatActions } from "./use-chat-actions";
import { standingOf, useChatScene } from "./use-chat-scene";
import { useJumpToDay } from "./use-jump-to-day";
import { useOpenAt } from "./use-open-at";

// Menus and dialogs are not needed to read and write; they are fetched as soon as there is nothing else to do.
const loadOverlays = () => import("./overlays");
const Overlays = lazy(loadOverlays);
const SearchBar = later(() => import("./search-bar").then((part) => part.SearchBar));

interface Props extends FootSlots {
  conversationId: string;
  /** Opens or closes what is known about the conversation. */
  onDetails?: (() => void) | undefined;
  /** A message to open the conversation at. */
  atSeq?: number | undefined;
}

export function ChatPane(props: Props) {
  const chat = useConversation(props.conversationId);
  // Together with the messages that may need it.
  useEffect(() => void loadParser(), []);
  const { conversation, error } = chat;
  if (conversation) return <OpenChat {...props} chat={chat} conversation={conversation} />;
  if (error)
    return (
      <EmptyState icon="alert" title={texts.chat.notHere}>
        {errorText(error)}
      </EmptyState>
    );
  return <Spinner label={texts.chat.opening} />;
}

interface OpenProps extends Props {
  chat: ReturnType<typeof useConversation>;
  conversation: Conversation;
}

function OpenChat({ chat, conversation, notConnected, notMember, onDetails, atSeq }: OpenProps) {
  const { me } = useLive();
  const { history, members, pending, error, isLoading } = chat;
  const { id, peer } = conversation;
  const list = useRef<MessageListHandle>(null);
  const composer = useRef<ComposerHandle>(null);
  const { scene, people } = useChatScene(conversation, history, members, chat.receipts);
  const { actions, overlay, close, about, clearAbout, deleteMessage } = useChatActions(chat, list);
  const jumpToDay = useJumpToDay(chat, list);
  const presences = usePresence(peer ? [peer.id] : []);
  const [searching, setSearching] = useState(false);
  const [finds, setFinds] = useState(NO_FINDS);
  const name = nameOf(conversation, members, me.id);
  const inside = standingOf(conversation) !== "not-member";
  const readable = useReadable(history.items);
  const loaded = inside && !isLoading && !error && readable;
  const wasOpen = useRef(false);
  wasOpen.current ||= overlay !== undefined;
  useEffect(() => {
    const timer = setTimeout(() => void loadOverlays().catch(() => undefined), 1_500);
    return () => clearTimeout(timer);
  }, []);
  useOpenAt(loaded ? atSeq : undefined, actions.jumpTo);

  const save = (message: Message, body: string) => {
    if (body !== message.body) chat.edit(message, body).catch((cause: unknown) => tellFault(cause));
  };
  const editLast = () => {
    const last = history.items.findLast(
      (item) => item.sender?.id === me.id && item.kind === "text" && !item.deleted_at,
    );
    if (last && !history.hasAfter) actions.edit(last);
  };
  const closeSearch = useCallback(() => setSearching(false), []);
  const focusComposer = useCallback(() => composer.current?.focus(), []);
  const addFiles = useCallback((files: readonly File[]) => composer.current?.addFiles(files), []);
  const body = useMemo(
    () => ({ reply: undefined, edit: undefined, ...(about && { [about.kind]: about.message }) }),
    [about],
  );

  return (
    <SceneContext value={scene}>
      <ActionsContext value={actions}>
        <DropZone
          className={styles.pane}
          label={texts.chat.region(name)}
          onFiles={scene.writable ? addFiles : undefined}
        >
          <ChatHeader
            conversation={conversation}
            name={name}
            presence={peer ? presences.get(peer.id) : undefined}
            onlineCount={chat.onlineCount ?? undefined}
            typing={chat.typing}
            onSearch={inside ? () => setSearching(true) : undefined}
            onDate={inside ? () => actions.open({ kind: "date" }) : undefined}
            onDetails={onDetails}
          />
          {searching && (
            <SearchBar conversationId={id} onFinds={setFinds} onShow={actions.jumpTo} onClose={closeSearch} />
          )}
          {loaded ? (
            <MessageList
              ref={list}
              conversation={conversation}
              name={name}
              history={history}
              pending={pending}
              finds={finds}
              loadOlder={chat.loadOlder}
              loadNewer={chat.loadNewer}
              toLatest={chat.toLatest}
              letGo={chat.letGo}
              markRead={chat.markRead}
              onLeave={focusComposer}
            />
          ) : (
            <div className={styles.waiting}>
              {inside && error && <Failed error={error} onRetry={() => void chat.refetch()} />}
              {inside && !error && <Spinner label={texts.chat.loadingMessages} />}
              {!inside && (
                <EmptyState icon="people" title={name}>
                  {conversation.topic ?? texts.chat.closed.notMember}
                </EmptyState>
              )}
            </div>
          )}
          <ChatFoot conversation={conversation} notConnected={notConnected} notMember={notMember}>
            <Composer
              ref={composer}
              conversationId={id}
              ownUserId={me.id}
              name={name}
              people={people}
              replyTo={body.reply}
              editing={body.edit}
              onSend={chat.send}
              onSave={save}
              onCancel={clearAbout}
              onEditLast={editLast}
              onTyping={chat.setTyping}
            />
          </ChatFoot>
        </DropZone>
        {wasOpen.current && (
          <Suspense>
            <Overlays
              overlay={overlay}
              conversation={conversation}
              messages={history.items}
              onClose={close}
              onDelete={deleteMessage}
              onJump={jumpToDay}
            />
          </Suspense>
        )}
      </ActionsContext>
    </SceneContext>
  );
}

function Failed({ error, onRetry }: { error: Error; onRetry: () => void }) {
  return (
    <EmptyState icon="alert" title={texts.chat.notLoaded}>
      <p>{errorText(error)}</p>
      <Button kind="secondary" onClick={onRetry}>
        {texts.common.retry}
      </Button>
    </EmptyState>
  );
}
