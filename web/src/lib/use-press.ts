// Asking for a menu by the right button of the mouse, and by a long press where there is none.
import { type MouseEvent, type PointerEvent, type TouchEvent, useRef } from "react";

const LONG_PRESS_MS = 450;
const STILL_PX = 10;
const JUST_OPENED_MS = 1_500;

/** `ask` says whether there is a menu for what was pressed. Goes onto the element around. */
export function usePress(ask: (target: Element, x: number, y: number) => boolean) {
  const press = useRef<{ timer: ReturnType<typeof setTimeout>; x: number; y: number }>(undefined);
  const openedAt = useRef(0);
  const byMouse = useRef(false);

  const open = (target: EventTarget, x: number, y: number): boolean => {
    if (!(target instanceof Element) || !ask(target, x, y)) return false;
    openedAt.current = Date.now();
    return true;
  };
  const cancel = () => {
    clearTimeout(press.current?.timer);
    press.current = undefined;
  };
  return {
    onContextMenu: (event: MouseEvent) => {
      // A finger that is held opens the menu by itself; the browser's own event for it comes after that.
      const justOpened = !byMouse.current && Date.now() - openedAt.current < JUST_OPENED_MS;
      const selecting = (getSelection()?.toString() ?? "") !== "";
      if (justOpened || (!selecting && open(event.target, event.clientX, event.clientY))) event.preventDefault();
    },
    onPointerDown: (event: PointerEvent) => {
      cancel();
      byMouse.current = event.pointerType === "mouse";
      if (byMouse.current) return;
      const { target, clientX: x, clientY: y } = event;
      const timer = setTimeout(() => open(target, x, y) && navigator.vibrate?.(8), LONG_PRESS_MS);
      press.current = { timer, x, y };
    },
    onPointerMove: (event: PointerEvent) => {
      const { x, y } = press.current ?? { x: event.clientX, y: event.clientY };
      if (Math.hypot(event.clientX - x, event.clientY - y) > STILL_PX) cancel();
    },
    // Lifting the finger is no press outside of the menu that has just opened.
    onTouchEnd: (event: TouchEvent) => {
      if (Date.now() - openedAt.current < JUST_OPENED_MS && event.cancelable) event.preventDefault();
    },
    onPointerUp: cancel,
    onPointerCancel: cancel,
  };
}
