// What was written and not sent, by conversation: kept on this device, for each account apart.
import { useSyncExternalStore } from "react";

type Drafts = Readonly<Record<string, string>>;

const NONE: Drafts = {};
const listeners = new Set<() => void>();
/** What was read last, so that the same text gives the same object. */
let read: { key: string; text: string | null; drafts: Drafts } = { key: "", text: null, drafts: NONE };

const keyOf = (userId: string): string => `pulse.drafts.${userId}`;

export function readDrafts(userId: string): Drafts {
  const key = keyOf(userId);
  const text = localStorage.getItem(key);
  if (read.key !== key || read.text !== text) read = { key, text, drafts: parse(text) };
  return read.drafts;
}

/** An empty text forgets the draft. */
export function writeDraft(userId: string, conversationId: string, text: string): void {
  const { [conversationId]: before = "", ...others } = readDrafts(userId);
  if (before === text) return;
  const drafts = text.trim() === "" ? others : { ...others, [conversationId]: text };
  if (Object.keys(drafts).length > 0) localStorage.setItem(keyOf(userId), JSON.stringify(drafts));
  else localStorage.removeItem(keyOf(userId));
  for (const listener of listeners) listener();
}

/** The person leaves this device. */
export function forgetDrafts(userId: string): void {
  localStorage.removeItem(keyOf(userId));
  for (const listener of listeners) listener();
}

/** All drafts, as they change here and in other tabs. */
export function useDrafts(userId: string): Drafts {
  return useSyncExternalStore(subscribe, () => readDrafts(userId));
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener("storage", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", listener);
  };
}

function parse(text: string | null): Drafts {
  try {
    const value: unknown = JSON.parse(text ?? "{}");
    return typeof value === "object" && value !== null ? (value as Drafts) : NONE;
  } catch {
    return NONE;
  }
}
