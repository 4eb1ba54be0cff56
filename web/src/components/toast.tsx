// A line that comes and goes: what was done with a way to take it back, or why it did not work. What is said before
// the place for it is there waits.
import { useEffect, useState } from "react";
import { errorText } from "@/lib/error-text";
import { later } from "@/lib/later";

const ToastWindow = later(() => import("./toast-window").then((part) => part.ToastWindow));

interface Undo {
  label: string;
  run: () => void;
}

export interface Told {
  title: string;
  fault?: boolean;
  undo?: Undo | undefined;
}

const waiting: Told[] = [];
let listener: ((told: Told) => void) | undefined;

/** Says what was done; with `undo` it stays a little longer. */
export function tell(title: string, undo?: Undo): void {
  say({ title, undo });
}

/** Says why something did not work that has no place of its own to say it. */
export function tellFault(cause: unknown, text: (cause: unknown) => string = errorText): void {
  say({ title: text(cause), fault: true });
}

function say(told: Told): void {
  if (listener) {
    listener(told);
    return;
  }
  waiting.push(told);
  ToastWindow.preload();
}

/** Gives what has been said so far, and what will be; until the function that is given back is called. */
export function hearTold(hear: (told: Told) => void): () => void {
  listener = hear;
  for (const told of waiting.splice(0)) hear(told);
  return () => {
    if (listener === hear) listener = undefined;
  };
}

/** A reader of the screen hears only what is put into a place that is there already: so it is there early. */
export function Toasts() {
  const [wanted, setWanted] = useState(ToastWindow.isThere);
  useEffect(() => {
    if (wanted) return;
    const timer = setTimeout(() => setWanted(true), SOON_MS);
    return () => clearTimeout(timer);
  }, [wanted]);
  return wanted && <ToastWindow />;
}

const SOON_MS = 1_000;
