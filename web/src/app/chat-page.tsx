import { useParams } from "@tanstack/react-router";
import { ChatPane } from "@/features/chat/components/chat-pane";
import { FollowButton } from "@/features/people/components/follow-button";
import { explain } from "@/features/people/components/person-panel";
import { useMessagePerson } from "./use-message-person";

export function ChatPage() {
  const { conversationId } = useParams({ from: "/signed-in/c/$conversationId" });
  const message = useMessagePerson();
  return (
    <ChatPane
      key={conversationId}
      conversationId={conversationId}
      notConnected={(peer) => (
        <>
          <span>{explain(peer)}</span>
          <FollowButton user={peer} onMessage={message} />
        </>
      )}
    />
  );
}
