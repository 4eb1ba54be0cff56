// Renders a part of the client as the app would: with a session, a live connection and a cache of its own.
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import type { ReactNode } from "react";
import { vi } from "vitest";
import { Arrival, ArrivalContext } from "@/lib/arrival";
import { LiveContext, ServerContext } from "@/lib/client-context";
import { applyEvent, openPlane } from "@/lib/live/apply-event";
import { EventListeners } from "@/lib/live/event-listeners";
import { AccountList } from "@/sdk/account-list";
import { createApiClient, createPublicClient } from "@/sdk/api-client";
import { Interest } from "@/sdk/interest";
import { Outbox } from "@/sdk/outbox";
import { memoryOutboxStore } from "@/sdk/outbox-store";
import { SessionStore } from "@/sdk/session-store";
import { SocketConnection } from "@/sdk/socket-connection";
import type { Me } from "@/sdk/types";
import { OWN_ID, sampleMe } from "./samples";

export const BASE_URL = "http://localhost:3000";

export function renderClient(ui: ReactNode, me: Partial<Me> = {}) {
  const session = new SessionStore({ baseUrl: BASE_URL, storage: localStorage });
  const accounts = new AccountList({ shared: localStorage, tab: sessionStorage });
  const api = createApiClient(BASE_URL, { ...session, accessToken: async () => "token" } as SessionStore);
  const socket = new SocketConnection({
    url: "ws://localhost:3000/v1/ws",
    accessToken: async () => "token",
    renewToken: async () => "token",
    onHello: () => undefined,
    onEvent: () => undefined,
    onSessionEnded: () => undefined,
  });
  const cache = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const shared = Object.assign(socket, { leads: () => true });
  const interest = new Interest({
    connection: socket,
    onOpened: (id, opened) => openPlane(cache, OWN_ID, id, opened),
    onPresences: (presences) => {
      for (const data of presences) applyEvent(cache, OWN_ID, { type: "presence.updated", data });
    },
  });
  const events = new EventListeners();
  const forever = () => new Promise<never>(() => undefined);
  const outbox = new Outbox({
    store: memoryOutboxStore(),
    deliver: forever,
    upload: forever,
    onSent: () => undefined,
  });
  const arrival = new Arrival(window);
  const others = { look: vi.fn(), remove: vi.fn() };
  render(
    <QueryClientProvider client={cache}>
      <ServerContext value={{ session, accounts, others, api, publicApi: createPublicClient(BASE_URL) }}>
        <ArrivalContext value={arrival}>
          <LiveContext value={{ me: { ...sampleMe(), ...me }, socket: shared, outbox, interest, events }}>
            {ui}
          </LiveContext>
        </ArrivalContext>
      </ServerContext>
    </QueryClientProvider>,
  );
  return { user: userEvent.setup(), cache, session, others, socket, outbox, interest, events, arrival };
}
