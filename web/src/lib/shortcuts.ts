// Every key that does something on its own, in one place: what is pressed, and under which name the help lists it.
import { texts } from "@/texts/texts";

export interface Shortcut {
  /** As `KeyboardEvent.key` says it. */
  key: string;
  control?: boolean;
  alt?: boolean;
  shift?: boolean;
  /** Works while somebody types, too. */
  whileTyping?: boolean;
}

export const SHORTCUTS = {
  palette: { key: "k", control: true, whileTyping: true },
  search: { key: "/" },
  help: { key: "?" },
  settings: { key: ",", control: true, whileTyping: true },
  nextPane: { key: "F6", whileTyping: true },
  previousPane: { key: "F6", shift: true, whileTyping: true },
  nextChat: { key: "ArrowDown", alt: true, whileTyping: true },
  previousChat: { key: "ArrowUp", alt: true, whileTyping: true },
  escape: { key: "Escape" },
} satisfies Record<string, Shortcut>;

/** In the field where a message is written. */
export const MARK_SHORTCUTS = {
  bold: { key: "b", control: true },
  italic: { key: "i", control: true },
  code: { key: "e", control: true },
  strike: { key: "x", control: true, shift: true },
} satisfies Record<string, Shortcut>;

export type MarkName = keyof typeof MARK_SHORTCUTS;

export type ShortcutName = keyof typeof SHORTCUTS;

/** Which shortcut was pressed; nothing when the key belongs to a field, or something else has dealt with it. */
export function shortcutOf(event: KeyboardEvent): ShortcutName | undefined {
  if (event.defaultPrevented || event.isComposing) return undefined;
  const names = Object.keys(SHORTCUTS) as ShortcutName[];
  const typing = isTyping(event.target);
  return names.find((name) => {
    const shortcut: Shortcut = SHORTCUTS[name];
    return (!typing || shortcut.whileTyping) && matches(shortcut, event);
  });
}

export type PressedKey = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "shiftKey" | "altKey">;

export function matches({ key, control = false, alt = false, shift }: Shortcut, event: PressedKey): boolean {
  // A character like "?" is reached by Shift on some keyboards; only where Shift is meant does it count.
  const shifted = control || key.length > 1 ? event.shiftKey === (shift ?? false) : true;
  const same = event.key === key || (control && event.key.toLowerCase() === key);
  return same && shifted && (event.ctrlKey || event.metaKey) === control && event.altKey === alt;
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input, textarea, select, [contenteditable]") !== null;
}

/** The keys in words, each on its own: `["Ctrl", "K"]`. */
export function keysOf({ key, control, alt, shift }: Shortcut): string[] {
  const { key: names } = texts.app.keys;
  const named: Record<string, string> = {
    Escape: names.escape,
    Enter: names.enter,
    ArrowUp: names.up,
    ArrowDown: names.down,
    ContextMenu: names.menu,
  };
  return [
    ...(control ? [names.control] : []),
    ...(alt ? [names.alt] : []),
    ...(shift ? [names.shift] : []),
    named[key] ?? (key.length === 1 ? key.toUpperCase() : key),
  ];
}

/** For `aria-keyshortcuts`. */
export function ariaKeys({ key, control, alt, shift }: Shortcut): string {
  return [control && "Control", alt && "Alt", shift && "Shift", key].filter(Boolean).join("+");
}
