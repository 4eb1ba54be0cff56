// What happened in a conversation, in words.
import type { components } from "@/sdk/schema";
import { texts } from "@/texts/texts";

type SystemNote = components["schemas"]["SystemNote"];

export function systemText(note: SystemNote | undefined, ownUserId: string): string {
  const words = texts.chat.system;
  if (!note) return words.other;
  const actor = { name: note.actor?.display_name ?? words.somebody, own: note.actor?.id === ownUserId };
  const user = { name: note.user?.display_name ?? words.somebody, own: note.user?.id === ownUserId };
  switch (note.event) {
    case "created":
      return words.created(actor, note.title);
    case "member_added":
      return words.memberAdded(actor, user);
    case "member_removed":
      return words.memberRemoved(actor, user);
    case "member_left":
      return words.memberLeft(note.user ? user : actor);
    case "role_changed":
      return words.roleChanged(actor, user, note.role === "admin");
    case "renamed":
      return words.renamed(actor, note.title);
    case "topic_changed":
      return words.topicChanged(actor, note.topic);
    case "transferred":
      return words.transferred(actor, user);
    case "closed":
      return words.closed(actor);
    case "reopened":
      return words.reopened(actor);
    default:
      return words.other;
  }
}
