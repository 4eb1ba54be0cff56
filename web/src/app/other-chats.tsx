// Notices of what comes in conversations that are not on screen.
import { useLocation, useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useLive } from "@/lib/client-context";
import { later } from "@/lib/later";
import type { LiveEvent } from "@/sdk/events";

const Notices = later(() => import("@/features/notices/components/notices").then((part) => part.Notices));
/** So much is kept for the notices until they are there. */
const MOST_EARLY = 100;

export function OtherChats() {
  const { events } = useLive();
  const early = useRef<LiveEvent[] | undefined>([]);
  useEffect(
    () =>
      events.listen((event) => {
        if (early.current && early.current.length < MOST_EARLY) early.current.push(event);
      }),
    [events],
  );
  const { pathname } = useLocation();
  const navigate = useNavigate();
  const openId = /^\/c\/([^/]+)/.exec(pathname)?.[1];
  return (
    <Notices
      openId={openId}
      takeEarly={() => {
        const taken = early.current ?? [];
        early.current = undefined;
        return taken;
      }}
      onOpen={(conversationId) => void navigate({ to: "/c/$conversationId", params: { conversationId } })}
    />
  );
}
