// The parts that every screen shares, put together once.
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useEffect } from "react";
import { type Arrival, ArrivalContext } from "@/lib/arrival";
import { type ServerClient, ServerContext } from "@/lib/client-context";
import { keepFocus } from "./keep-focus";
import { createQueryClient } from "./query-client";
import { router } from "./router";
import { UpdateNotice } from "./update-notice";
import { useSharedSession } from "./use-shared-session";

const queryClient = createQueryClient();
keepFocus(router);

export function App({ server, arrival }: { server: ServerClient; arrival: Arrival }) {
  useSharedSession(server.session, server.accounts);
  useEffect(() => void server.session.restore(), [server]);
  return (
    <ServerContext value={server}>
      <ArrivalContext value={arrival}>
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
          <UpdateNotice />
        </QueryClientProvider>
      </ArrivalContext>
    </ServerContext>
  );
}
