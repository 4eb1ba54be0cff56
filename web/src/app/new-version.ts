// Starts the service worker, and tells when a newer version of the client is there.
import { useSyncExternalStore } from "react";
import { router } from "./router";

const LOOK_AGAIN_MS = 60 * 60 * 1000;

let ready: (() => void) | undefined;
const listeners = new Set<() => void>();

function offer(load: () => void): void {
  ready = load;
  for (const listener of listeners) listener();
}

/** Call it once when the page has started. Pages that are not served safely have no worker, and work all the same. */
export function startWorker(): void {
  const workers = navigator.serviceWorker;
  if (!workers) return;
  // A click on a notice leads here: the page moves by itself, without being loaded again.
  workers.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
    if (typeof data === "object" && data !== null && "path" in data) router.history.push(String(data.path));
  });
  const hadController = workers.controller !== null;
  let asked = false;
  workers.addEventListener("controllerchange", () => {
    if (asked) window.location.reload();
    // Another tab has taken the new version: this one still shows the old.
    else if (hadController) offer(() => window.location.reload());
  });
  void workers
    .register("/service-worker.js", { updateViaCache: "none" })
    .then((registration) => {
      const look = () => {
        const { waiting } = registration;
        if (!waiting || !workers.controller) return;
        offer(() => {
          asked = true;
          waiting.postMessage("take-over");
        });
      };
      registration.addEventListener("updatefound", () => {
        registration.installing?.addEventListener("statechange", look);
      });
      look();
      const ask = () => void registration.update().catch(() => undefined);
      setInterval(ask, LOOK_AGAIN_MS);
      document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && ask());
    })
    .catch(() => undefined);
}

/** Loads the newer version; nothing while there is none. */
export function useNewVersion(): (() => void) | undefined {
  return useSyncExternalStore(subscribe, () => ready);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
