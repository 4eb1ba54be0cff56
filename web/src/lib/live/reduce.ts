// The one place where an event from the socket changes what is shown. Pure: the state before and an event give the
// state after, and the names of what must be fetched because the event alone does not tell enough. Events may come
// twice and in any order; unknown ones change nothing.
import type { LiveEvent } from "@/sdk/events";
import { conversationCreated, conversationRemoved, conversationUpdated, unreadUpdated } from "./reduce/conversations";
import { memberChanged, memberRemoved } from "./reduce/members";
import { messageCreated, messageDeleted, messageUpdated, reactionUpdated } from "./reduce/messages";
import { followRequested, relationshipUpdated } from "./reduce/people";
import { onlineCounted, presenceUpdated, receiptUpdated, typingChanged } from "./reduce/planes";
import type { LiveState, Reduction } from "./state";

export function reduce(state: LiveState, event: LiveEvent): Reduction {
  switch (event.type) {
    case "message.created":
      return messageCreated(state, event.data);
    case "message.updated":
      return messageUpdated(state, event.data);
    case "message.deleted":
      return messageDeleted(state, event.data);
    case "reaction.updated":
      return reactionUpdated(state, event.data);
    case "member.added":
    case "member.updated":
      return memberChanged(state, event.data);
    case "member.removed":
      return memberRemoved(state, event.data);
    case "conversation.created":
      return conversationCreated(state, event.data);
    case "conversation.updated":
      return conversationUpdated(state, event.data);
    case "conversation.removed":
      return conversationRemoved(state, event.data);
    case "unread.updated":
      return unreadUpdated(state, event.data);
    case "receipt.updated":
      return receiptUpdated(state, event.data);
    case "typing":
      return typingChanged(state, event.data);
    case "presence.updated":
      return presenceUpdated(state, event.data);
    case "presence.count":
      return onlineCounted(state, event.data);
    case "follow.requested":
      return followRequested(state, event.data.request_id, event.data.user);
    case "relationship.updated":
      return relationshipUpdated(state, event.data.user_id, event.data.user);
    default:
      // `me.updated` is the session's, `sync.required` the synchroniser's.
      return { state, stale: [] };
  }
}
