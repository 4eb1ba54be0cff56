// Which window of the frame lies over the page: the palette, the help on keys, or the start of something new.
import { useSyncExternalStore } from "react";

export type NewKind = "message" | "group" | "room";
export type WindowName = "palette" | "help" | NewKind;

let open: WindowName | undefined;
const listeners = new Set<() => void>();

function set(name: WindowName | undefined): void {
  open = name;
  for (const listener of listeners) listener();
}

export const openWindow = (name: WindowName): void => set(name);

export const closeWindow = (): void => set(undefined);

export function useOpenWindow(): WindowName | undefined {
  return useSyncExternalStore(subscribe, () => open);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
