// The menu of a message by the right button of the mouse, and by a long press where there is none.
import { usePress } from "@/lib/use-press";
import type { Timeline } from "../model/timeline";
import type { ChatActions } from "./chat-scene";

/** What has a menu or use of its own. */
const OWN_USE = "a, video, audio, input, textarea";

export function usePressMenu(timeline: Timeline, actions: ChatActions) {
  return usePress((target, x, y) => {
    if (target.closest(OWN_USE)) return false;
    const index = Number(target.closest("article")?.closest<HTMLElement>("[data-index]")?.dataset.index);
    if (!Number.isInteger(index) || index >= timeline.count) return false;
    const point = { getBoundingClientRect: () => new DOMRect(x, y, 0, 0) };
    actions.open({ kind: "menu", row: timeline.rowAt(index), anchor: point });
    return true;
  });
}
