// A room of the directory, before one is in it.
import { Navigate, useParams } from "@tanstack/react-router";
import { EmptyState } from "@/components/empty-state";
import { Spinner } from "@/components/spinner";
import { RoomPreview } from "@/features/conversations/components/room-preview";
import { errorText } from "@/lib/error-text";
import { useOneConversation } from "@/lib/live/use-conversation";
import { texts } from "@/texts/texts";
import { BackButton } from "./back-button";
import { useTitle } from "./use-title";

export function RoomPage() {
  const { conversationId } = useParams({ from: "/signed-in/rooms/$conversationId" });
  const { conversation, error } = useOneConversation(conversationId);
  useTitle(conversation?.title ?? "");
  if (conversation?.my) return <Navigate to="/c/$conversationId" params={{ conversationId }} replace />;
  return (
    <>
      <BackButton fallback="/rooms" />
      {conversation && <RoomPreview key={conversationId} room={conversation} />}
      {!conversation && error && <EmptyState icon="alert" title={errorText(error)} />}
      {!conversation && !error && <Spinner label={texts.conversations.loadingRoom} />}
    </>
  );
}
