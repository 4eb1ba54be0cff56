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

interface Swipe {
  line: HTMLElement;
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
      const { line } = swipe;
      line.animate([{ translate: line.style.translate }, { translate: "0" }], {
        duration: prefersStill() ? 0 : BACK_MS,
      });
      line.style.translate = "";
      delete line.dataset.swipe;
    }
    swipe = undefined;
  };
  const down = ({ target, pointerType, clientX: x, clientY: y }: PointerEvent) => {
    end();
    if (pointerType !== "touch" || !(target instanceof Element) || target.closest(OWN_USE)) return;
    if (Math.min(x, innerWidth - x) < EDGE_PX) return;
    const line = target.closest<HTMLElement>("[data-line]");
    if (line && canReply(indexOf(line))) swipe = { line, x, y, by: 0, moving: false };
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
    swipe.line.dataset.swipe = swipe.by >= REACH_PX ? "far" : "near";
    swipe.line.style.translate = `${swipe.by * forward}px`;
  };
  const up = () => {
    if (swipe?.moving && swipe.by >= REACH_PX) reply(indexOf(swipe.line));
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

const indexOf = (line: Element): number => Number(line.closest<HTMLElement>("[data-index]")?.dataset.index);
