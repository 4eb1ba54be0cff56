// Answers by a swipe, on screens that are touched; see swipe-reply.ts.
import { type RefObject, useEffect, useRef } from "react";
import { fetchLater } from "@/lib/later";
import type { Timeline } from "../model/timeline";
import { type ChatActions, type ChatScene, permissionsOf } from "./chat-scene";

const swipes = fetchLater(() => import("./swipe-reply"));

export function useSwipeReply(
  box: RefObject<HTMLElement | null>,
  timeline: Timeline,
  scene: ChatScene,
  actions: ChatActions,
): void {
  const now = useRef({ timeline, scene, actions });
  now.current = { timeline, scene, actions };
  useEffect(() => {
    const life = new AbortController();
    const rowAt = (index: number) => now.current.timeline.rowAt(index);
    const begin = async () => {
      const { listenForSwipes } = await swipes();
      if (life.signal.aborted || !box.current) return;
      const stop = listenForSwipes(
        box.current,
        (index) => permissionsOf(rowAt(index), now.current.scene).reply,
        (index) => {
          const { message } = rowAt(index);
          if (message) now.current.actions.reply(message);
        },
      );
      life.signal.addEventListener("abort", stop);
    };
    if (matchMedia("(pointer: coarse)").matches) begin().catch(() => undefined);
    return () => life.abort();
  }, [box]);
}
