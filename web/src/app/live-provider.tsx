// What lives as long as somebody is signed in: the live connection, the outbox, and a cache of their own.
import { QueryClientProvider, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useMemo, useState } from "react";
import { UnreadBadge } from "@/features/notices/components/unread-badge";
import { LiveContext, useServer } from "@/lib/client-context";
import { createLive } from "@/lib/live/core";
import { EventListeners } from "@/lib/live/event-listeners";
import type { Me } from "@/sdk/types";
import { Announcer } from "./announcer";
import { OtherChats } from "./other-chats";
import { createQueryClient } from "./query-client";
import { Restoring } from "./restoring";

interface Props {
  me: Me;
  children: ReactNode;
}

/** Give it the user's id as `key`: another person starts with nothing of the one before. */
export function LiveProvider(props: Props) {
  const [cache] = useState(createQueryClient);
  return (
    <QueryClientProvider client={cache}>
      <Live {...props} />
    </QueryClientProvider>
  );
}

function Live({ me, children }: Props) {
  const server = useServer();
  const cache = useQueryClient();
  const [events] = useState(() => new EventListeners());
  const [core] = useState(() => createLive({ server, me, cache, onEvent: events.tell }));
  const [ready, setReady] = useState(false);
  useEffect(() => {
    let ended = false;
    let stop: (() => void) | undefined;
    void core.restore().then(() => {
      if (ended) return;
      stop = core.start();
      setReady(true);
    });
    return () => {
      ended = true;
      stop?.();
    };
  }, [core]);
  const client = useMemo(() => ({ me, events, ...core }), [me, events, core]);
  if (!ready) return <Restoring />;
  return (
    <LiveContext value={client}>
      {children}
      <Announcer />
      <UnreadBadge />
      <OtherChats />
    </LiveContext>
  );
}
