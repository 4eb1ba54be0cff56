// What of the cache events can change; what has not been loaded is absent.
import type { QueryKey } from "@/lib/query-keys";
import type { FollowRequest, Member, Presence, Receipt, User } from "@/sdk/types";
import type { KnownConversation, LoadedInbox } from "./conversation";
import type { History } from "./history";
import type { EarlyEvents } from "./message";

/** Members as far as they are loaded, owner and admins first, and who has left since, with the version of that. */
export interface MemberList {
  items: Member[];
  next_cursor: string | null;
  gone?: Readonly<Record<string, number>>;
}

/** What is known of an opened conversation and is never stored. */
export interface Plane {
  /** Who is typing. */
  typing: readonly string[];
  /** How far each other member has received and read, by user id. */
  receipts: Readonly<Record<string, Receipt>>;
  onlineCount?: number;
}

export const EMPTY_PLANE: Plane = { typing: [], receipts: {} };

export interface LiveState {
  ownUserId: string;
  inbox?: LoadedInbox;
  /** Conversations that were fetched one by one. */
  conversations: Readonly<Record<string, KnownConversation>>;
  histories: Readonly<Record<string, History>>;
  members: Readonly<Record<string, MemberList>>;
  planes: Readonly<Record<string, Plane>>;
  /** Events about messages that are not known yet, by message id. */
  early: Readonly<Record<string, EarlyEvents>>;
  presences: Readonly<Record<string, Presence>>;
  followRequests?: FollowRequest[];
  connections?: User[];
  /** Results of searches for people, by what was typed. */
  searches: Readonly<Record<string, User[]>>;
  users: Readonly<Record<string, User>>;
}

export interface Reduction {
  state: LiveState;
  /** Names of what must be fetched, because the event alone does not tell enough. */
  stale: QueryKey[];
}
