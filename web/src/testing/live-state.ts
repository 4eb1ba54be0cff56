// What a reducer's test begins with.
import type { LiveState } from "@/lib/live/state";
import { CONVERSATION_ID, OWN_ID } from "./samples";

/** Somebody who has opened one conversation, in which nothing was said, and knows nothing else. */
export function sampleLiveState(change: Partial<LiveState> = {}): LiveState {
  return {
    ownUserId: OWN_ID,
    histories: { [CONVERSATION_ID]: { items: [], hasBefore: false } },
    conversations: {},
    members: {},
    planes: {},
    early: {},
    presences: {},
    searches: {},
    users: {},
    ...change,
  };
}
