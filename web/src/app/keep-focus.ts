// Whoever works by keyboard must not lose their place: when what had the focus is gone with the page it stood on, the
// focus goes to where one would look next.
import type { AnyRouter } from "@tanstack/react-router";
import { MAIN_ID } from "./panes";

/** As long as the next page may take to be there. */
const PATIENCE_MS = 5_000;

export function keepFocus(router: AnyRouter): void {
  router.subscribe("onResolved", ({ fromLocation, hrefChanged }) => {
    // The first page has the focus that the browser gives it, also when it leads on to another by itself.
    if (!hrefChanged || !fromLocation || navigator.userActivation?.hasBeenActive === false) return;
    const from = fromLocation.pathname;
    const until = performance.now() + PATIENCE_MS;
    const find = () => {
      if (document.activeElement !== document.body && document.activeElement !== null) return;
      const place = nextPlace(from);
      if (place) place.focus();
      else if (performance.now() < until) requestAnimationFrame(find);
    };
    requestAnimationFrame(find);
  });
}

/** Where one writes, unless that brings up a keyboard; else the row of what was open; else the page that is open. */
function nextPlace(from: string): HTMLElement | undefined {
  const composer = matchMedia("(hover: hover)").matches ? inSight("main form textarea") : undefined;
  const row = inSight(`aside a[data-walk][href=${JSON.stringify(from)}]`);
  const list = inSight("aside [data-walk]") ?? inSight("nav a[aria-current]");
  return composer ?? row ?? inSight(`#${MAIN_ID}`) ?? list;
}

function inSight(selector: string): HTMLElement | undefined {
  return [...document.querySelectorAll<HTMLElement>(selector)].find((found) => found.offsetParent !== null);
}
