// The parts that every screen shares, put together once.
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { type Arrival, ArrivalContext } from "@/lib/arrival";
import { type ServerClient, ServerContext } from "@/lib/client-context";
import type { OtherAccounts } from "@/sdk/other-accounts";
import { keepFocus } from "./keep-focus";
import { createQueryClient } from "./query-client";
import { router } from "./router";
import { UpdateNotice } from "./update-notice";
import { useOtherAccounts } from "./use-other-accounts";
import { useSharedSession } from "./use-shared-session";

const queryClient = createQueryClient();
keepFocus(router);

interface Props {
  server: ServerClient;
  others: OtherAccounts;
  arrival: Arrival;
}

export function App({ server, others, arrival }: Props) {
  useSharedSession(server.session, server.accounts);
  useOtherAccounts(others);
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
