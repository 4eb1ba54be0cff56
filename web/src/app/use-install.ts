// Installing the client as an app: the browser says when it can be, once, and early; so it is listened for from the start.
import { useSyncExternalStore } from "react";

interface InstallPrompt extends Event {
  prompt: () => Promise<unknown>;
}

let offered: InstallPrompt | undefined;
const listeners = new Set<() => void>();

function offer(event: InstallPrompt | undefined): void {
  offered = event;
  for (const listener of listeners) listener();
}

/** Call it once when the page starts. */
export function listenForInstall(): void {
  window.addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    offer(event as InstallPrompt);
  });
  window.addEventListener("appinstalled", () => offer(undefined));
}

/** `install` is there while the browser would do it. */
export function useInstall() {
  const prompt = useSyncExternalStore(subscribe, () => offered);
  const install = prompt && (() => void prompt.prompt().then(() => offer(undefined)));
  return { install, installed: window.matchMedia("(display-mode: standalone)").matches };
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
