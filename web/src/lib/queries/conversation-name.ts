// The name of a conversation; for a group without one the members are asked for.
import { useLive } from "@/lib/client-context";
import { nameOf } from "@/lib/conversation-name";
import { useMembers } from "@/lib/live/use-members";
import type { Conversation } from "@/sdk/types";

export function useConversationName(conversation: Conversation): string {
  const { me } = useLive();
  const nameless = conversation.kind === "group" && !conversation.title && conversation.my !== null;
  const { members } = useMembers(nameless ? conversation : undefined);
  return nameOf(conversation, members, me.id);
}
