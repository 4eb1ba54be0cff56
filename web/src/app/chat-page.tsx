// An open chat, and beside it on a wide screen, over it on a phone, its details.
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { Spinner } from "@/components/spinner";
import { tell } from "@/components/toast";
import { ChatPane } from "@/features/chat/components/chat-pane";
import { explain } from "@/features/people/components/explain";
import { FollowButton } from "@/features/people/components/follow-button";
import { later } from "@/lib/later";
import type { UserLite } from "@/sdk/types";
import { texts } from "@/texts/texts";
import { BackButton } from "./back-button";
import styles from "./chat-page.module.css";
import { useMessagePerson } from "./use-message-person";
import { useOpenChat } from "./use-open-chat";
import { useTitle } from "./use-title";

// Most chats are opened without their details, and most rooms from within.
const ChatDetails = later(
  () => import("./chat-details").then((part) => part.ChatDetails),
  () => <Spinner label={texts.conversations.loadingDetails} />,
);
const RoomPreview = later(() =>
  import("@/features/conversations/components/room-preview").then((part) => part.RoomPreview),
);
const Gone = later(() => import("@/features/conversations/components/gone").then((part) => part.Gone));
const ReportDialog = later(() =>
  import("@/features/people/components/report-dialog").then((part) => part.ReportDialog),
);

export function ChatPage() {
  const { conversationId } = useParams({ from: "/signed-in/c/$conversationId" });
  const { at, details } = useSearch({ from: "/signed-in/c/$conversationId" });
  const { conversation, name, gone, visible } = useOpenChat(conversationId);
  const [reporting, setReporting] = useState<UserLite>();
  const navigate = useNavigate();
  const message = useMessagePerson();
  const here = { to: "/c/$conversationId", params: { conversationId } } as const;
  const toPerson = (user: UserLite) => void navigate({ to: "/people/$userId", params: { userId: user.id } });
  const toMessage = (seq: number) => {
    // A phone shows one of the two: the details give way.
    const beside = window.matchMedia("(min-width: 1081px)").matches;
    void navigate({ ...here, search: { at: seq, ...(beside && details && { details }) } });
  };
  useTitle(name);
  if (conversation?.kind === "room" && !conversation.my)
    return (
      <>
        <BackButton fallback="/rooms" />
        <RoomPreview key={conversationId} room={conversation} removed={gone === "removed"} />
      </>
    );
  if (gone && !visible)
    return (
      <>
        <BackButton fallback="/" />
        <Gone name={name} reason={gone} />
      </>
    );
  return (
    <div className={styles.page} data-details={details}>
      <div className={styles.chat}>
        <ChatPane
          key={conversationId}
          conversationId={conversationId}
          atSeq={at}
          onDetails={() => void navigate({ ...here, search: details ? {} : { details: true } })}
          notConnected={(peer) => (
            <>
              <span>{explain(peer)}</span>
              <FollowButton user={peer} onMessage={message} />
            </>
          )}
        />
      </div>
      {details && (
        <div className={styles.details}>
          <ChatDetails
            key={conversationId}
            conversationId={conversationId}
            onClose={() => void navigate({ ...here, search: {} })}
            onPerson={toPerson}
            onReport={setReporting}
            onMessage={toMessage}
          />
        </div>
      )}
      {reporting && (
        <ReportDialog
          user={reporting}
          onClose={() => setReporting(undefined)}
          onSent={() => tell(texts.people.reported)}
        />
      )}
    </div>
  );
}
