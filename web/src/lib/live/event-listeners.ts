// Who wants to hear of each event besides the cache: notices, sounds, what is read out.
import type { LiveEvent } from "@/sdk/events";

type Listener = (event: LiveEvent) => void;

export class EventListeners {
  private readonly listeners = new Set<Listener>();

  listen = (listener: Listener): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  tell = (event: LiveEvent): void => {
    for (const listener of this.listeners) listener(event);
  };
}
