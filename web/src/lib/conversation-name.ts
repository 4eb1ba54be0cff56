// What a conversation is called on the screen.
import type { Conversation } from "@/sdk/types";

export function nameOf(conversation: Pick<Conversation, "title" | "peer">): string {
  return conversation.peer?.display_name ?? conversation.title ?? "Deleted account";
}
