// What is known of who is signed in, and what a session needs around it.
import type { AccountList } from "./account-list";
import type { KeptSessions } from "./kept-sessions";
import type { Me } from "./types";

export type SessionState =
  | { status: "restoring" }
  | { status: "unreachable" }
  /** `username` says who is about to sign in again. */
  | { status: "signed-out"; reason?: "ended"; username?: string }
  | { status: "signed-in"; user: Me; sessionId: string };

export interface SessionStoreOptions {
  baseUrl: string;
  storage: Pick<Storage, "getItem" | "setItem" | "removeItem">;
  /** Where the accounts of this browser are listed, when there may be several. */
  accounts?: Pick<AccountList, "put" | "drop">;
  /** What lets an earlier visit be shown again without a connection. */
  kept?: Pick<KeptSessions, "keep" | "find" | "forget">;
  now?: () => number;
  /** Runs one renewal of a session at a time across the tabs of a browser. */
  exclusive?: <T>(task: () => Promise<T>, sessionId: string) => Promise<T>;
}
