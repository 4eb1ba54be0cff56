// A finger that draws a message towards the end of its line answers it.
import { prefersStill } from "@/lib/appearance";

const BEGIN_PX = 12;
const REACH_PX = 56;
const MOST_PX = 76;
const BACK_MS = 160;
/** Browsers go back when a finger comes in from the edge of the screen. */
const EDGE_PX = 24;
/** What is drawn along or scrolled by itself. */
const OWN_USE = "pre, audio, video, input";
/** The day, or the line, above a message. */
const STAYS = "[data-above]";

interface Swipe {
  row: HTMLElement;
  x: number;
  y: number;
  by: number;
  moving: boolean;
}

/** `canReply` and `reply` take the row in which the message stands. Gives back how to stop. */
export function listenForSwipes(
  box: HTMLElement,
  canReply: (index: number) => boolean,
  reply: (index: number) => void,
): () => void {
  const life = new AbortController();
  const { signal } = life;
  const forward = getComputedStyle(box).direction === "rtl" ? -1 : 1;
  let swipe: Swipe | undefined;

  const end = () => {
    if (swipe?.moving) {
      const { row, by } = swipe;
      const back = [{ translate: `${by * forward}px` }, { translate: "0" }];
      for (const part of row.querySelectorAll(`:scope > :not(${STAYS})`))
        part.animate(back, { duration: prefersStill() ? 0 : BACK_MS });
      row.style.removeProperty("--by");
      delete row.dataset.swipe;
    }
    swipe = undefined;
  };
  const down = ({ target, pointerType, clientX: x, clientY: y }: PointerEvent) => {
    end();
    if (pointerType !== "touch" || !(target instanceof Element) || target.closest(OWN_USE)) return;
    if (Math.min(x, innerWidth - x) < EDGE_PX) return;
    const row = target.closest<HTMLElement>("[data-index]");
    if (row && !target.closest(STAYS) && canReply(indexOf(row))) swipe = { row, x, y, by: 0, moving: false };
  };
  const move = ({ clientX, clientY }: PointerEvent) => {
    if (!swipe) return;
    const by = (clientX - swipe.x) * forward;
    if (!swipe.moving) {
      if (Math.abs(clientY - swipe.y) > BEGIN_PX || by < -BEGIN_PX) swipe = undefined;
      if (!swipe || by < BEGIN_PX) return;
      swipe.moving = true;
    }
    const reached = swipe.by >= REACH_PX;
    swipe.by = Math.max(0, Math.min(MOST_PX, by - BEGIN_PX));
    if (!reached && swipe.by >= REACH_PX) navigator.vibrate?.(8);
    swipe.row.dataset.swipe = swipe.by >= REACH_PX ? "far" : "near";
    swipe.row.style.setProperty("--by", `${swipe.by * forward}px`);
  };
  const up = () => {
    if (swipe?.moving && swipe.by >= REACH_PX) reply(indexOf(swipe.row));
    end();
  };
  box.addEventListener("pointerdown", down, { signal });
  box.addEventListener("pointermove", move, { signal });
  box.addEventListener("pointerup", up, { signal });
  // The page scrolls instead.
  box.addEventListener("pointercancel", end, { signal });
  return () => {
    end();
    life.abort();
  };
}

const indexOf = (row: HTMLElement): number => Number(row.dataset.index);
