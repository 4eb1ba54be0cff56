// F6 carries the focus from one part of the window to the next, as it does in desktop programs.

/** The part that holds the page which is open. */
export const MAIN_ID = "content";

const PANES = "[data-pane], nav[aria-label], aside, main, [role=complementary]";
const FOCUSABLE = "a[href], button:not(:disabled), input:not(:disabled), textarea, select, [tabindex='0']";

/** The parts in sight, outermost first; what lies within another is not a part of its own. */
function panes(): HTMLElement[] {
  const all = [...document.querySelectorAll<HTMLElement>(PANES)].filter((pane) => pane.offsetParent !== null);
  return all.filter((pane) => !all.some((other) => other !== pane && other.contains(pane)));
}

/** Where each part had the focus when it was left. */
const last = new WeakMap<HTMLElement, HTMLElement>();

export function movePane(by: 1 | -1): void {
  const all = panes();
  const active = document.activeElement;
  const at = all.findIndex((pane) => pane.contains(active));
  const from = all[at];
  if (from && active instanceof HTMLElement) last.set(from, active);
  const next = all[(at + by + all.length) % all.length];
  if (!next) return;
  const before = last.get(next);
  const target = before?.isConnected && before.offsetParent ? before : firstIn(next);
  target.focus();
}

function firstIn(pane: HTMLElement): HTMLElement {
  const parts = [...pane.querySelectorAll<HTMLElement>(FOCUSABLE)].filter((part) => part.offsetParent !== null);
  // A conversation is entered where one writes.
  return parts.find((part) => part.matches("textarea")) ?? parts[0] ?? pane;
}
