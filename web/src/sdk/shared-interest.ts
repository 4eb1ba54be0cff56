// Several tabs share one socket: what each of them wants opened and watched is told to the server as one.
import type { Connection } from "./connection";

type Request = Connection["request"];

export class SharedInterest {
  /** By tab. */
  private readonly opened = new Map<string, Set<string>>();
  private readonly watched = new Map<string, string[]>();

  constructor(private readonly send: Request) {}

  /** Passes a tab's request on, with what the other tabs want. */
  request<T>(tab: string, type: string, data: object): Promise<T> {
    const { conversation_id: id, user_ids } = data as { conversation_id?: string; user_ids?: string[] };
    if (type === "conversation.open" && id) this.openedBy(tab).add(id);
    if (type === "conversation.close" && id) {
      this.openedBy(tab).delete(id);
      if (this.isOpen(id)) return Promise.resolve({} as T);
    }
    if (type === "presence.watch" && user_ids) {
      this.watched.set(tab, user_ids);
      return this.send<T>(type, { user_ids: this.allWatched() });
    }
    return this.send<T>(type, data);
  }

  /** The tab is gone. */
  drop(tab: string): void {
    const opened = this.openedBy(tab);
    this.opened.delete(tab);
    for (const id of opened)
      if (!this.isOpen(id)) void this.send("conversation.close", { conversation_id: id }).catch(() => undefined);
    if (this.watched.delete(tab))
      void this.send("presence.watch", { user_ids: this.allWatched() }).catch(() => undefined);
  }

  /** A new connection knows nothing: every tab tells again what it wants. */
  reset(): void {
    this.opened.clear();
    this.watched.clear();
  }

  private openedBy(tab: string): Set<string> {
    const opened = this.opened.get(tab) ?? new Set();
    this.opened.set(tab, opened);
    return opened;
  }

  private isOpen(id: string): boolean {
    return [...this.opened.values()].some((opened) => opened.has(id));
  }

  private allWatched(): string[] {
    return [...new Set([...this.watched.values()].flat())].slice(-200);
  }
}
