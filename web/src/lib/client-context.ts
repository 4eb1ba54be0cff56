// What components reach the server through: the session and the REST client for all, the live part for those signed in.
import { createContext, use, useSyncExternalStore } from "react";
import type { EventListeners } from "@/lib/live/event-listeners";
import type { AccountList, KnownAccount } from "@/sdk/account-list";
import type { ApiClient } from "@/sdk/api-client";
import type { Connection } from "@/sdk/connection";
import type { Interest } from "@/sdk/interest";
import type { OtherAccounts } from "@/sdk/other-accounts";
import type { Outbox, PendingMessage } from "@/sdk/outbox";
import type { SessionState, SessionStore } from "@/sdk/session-store";
import type { ConnectionState } from "@/sdk/socket-connection";
import type { Me } from "@/sdk/types";

export interface ServerClient {
  session: SessionStore;
  /** Who is signed in on this browser; this tab shows one of them. */
  accounts: AccountList;
  /** Asks what is unread in those that no tab shows. */
  others: Pick<OtherAccounts, "look" | "remove">;
  /** With the session's token. */
  api: ApiClient;
  /** Without one, for calls marked public. */
  publicApi: ApiClient;
}

export interface LiveClient {
  me: Me;
  /** The way to the server: a socket of this page, or that of another tab. */
  socket: Connection & {
    /** Whether this tab speaks for all tabs of the account. */
    leads: () => boolean;
  };
  outbox: Outbox;
  /** Whose presence and which planes the server should tell. */
  interest: Interest;
  /** What comes, for those who want to hear of it besides the cache. */
  events: EventListeners;
}

export const ServerContext = createContext<ServerClient | undefined>(undefined);
export const LiveContext = createContext<LiveClient | undefined>(undefined);

export function useServer(): ServerClient {
  const client = use(ServerContext);
  if (!client) throw new Error("useServer needs a ServerContext around it");
  return client;
}

export function useLive(): LiveClient {
  const client = use(LiveContext);
  if (!client) throw new Error("useLive needs a LiveContext around it");
  return client;
}

export function useSession(): SessionState {
  const { session } = useServer();
  return useSyncExternalStore(session.subscribe, session.getState);
}

/** The accounts that are signed in on this browser. Change them by `session.switchTo`, `.leave` and `.logout`. */
export function useAccounts(): KnownAccount[] {
  const { accounts } = useServer();
  return useSyncExternalStore(accounts.subscribe, accounts.getAccounts);
}

export function useConnection(): ConnectionState {
  const { socket } = useLive();
  return useSyncExternalStore(socket.subscribe, socket.getState);
}

export function usePendingMessages(): PendingMessage[] {
  const { outbox } = useLive();
  return useSyncExternalStore(outbox.subscribe, outbox.getItems);
}
