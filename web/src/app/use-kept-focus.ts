// Whoever works by keyboard must not lose their place: when what had the focus is gone with the page it stood on, the
// focus goes to where one would look next.
import { useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { MAIN_ID } from "./keyboard";

export function useKeptFocus(): void {
  const router = useRouter();
  useEffect(
    () =>
      router.subscribe("onResolved", ({ fromLocation, hrefChanged }) => {
        if (!hrefChanged || !fromLocation) return;
        const from = fromLocation.pathname;
        requestAnimationFrame(() => {
          const lost = document.activeElement === document.body || document.activeElement === null;
          if (lost) nextPlace(from)?.focus();
        });
      }),
    [router],
  );
}

/** The row of what was open; else where one writes, unless that brings up a keyboard; else the page that is open. */
function nextPlace(from: string): HTMLElement | null | undefined {
  const row = inSight(`aside a[data-walk][href=${JSON.stringify(from)}]`);
  const composer = matchMedia("(hover: hover)").matches ? inSight("main form textarea") : undefined;
  return composer ?? row ?? inSight(`#${MAIN_ID}`) ?? inSight("aside [data-walk], nav a[aria-current]");
}

function inSight(selector: string): HTMLElement | undefined {
  return [...document.querySelectorAll<HTMLElement>(selector)].find((found) => found.offsetParent !== null);
}
