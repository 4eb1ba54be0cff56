// What the tabs of one browser share, for tests: locks that can be waited for and stolen, and channels.

interface Held {
  take: (reason: unknown) => void;
}

export class BrowserLocks {
  private readonly held = new Map<string, Held>();
  private readonly queues = new Map<string, (() => void)[]>();

  request = (async (name: string, options: LockOptions, task: (lock: unknown) => unknown) => {
    if (options.ifAvailable && this.held.has(name)) return task(null);
    if (options.steal) this.held.get(name)?.take(new DOMException("stolen", "AbortError"));
    else while (this.held.has(name)) await this.turn(name, options.signal);
    options.signal?.throwIfAborted();
    let mine: Held | undefined;
    const stolen = new Promise<never>((_, reject) => {
      mine = { take: reject };
      this.held.set(name, mine);
    });
    try {
      return await Promise.race([task({ name }), stolen]);
    } finally {
      if (this.held.get(name) === mine) this.held.delete(name);
      this.queues.get(name)?.shift()?.();
    }
  }) as LockManager["request"];

  query = async () => ({ held: [...this.held.keys()].map((name) => ({ name })), pending: [] });

  private turn(name: string, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const queue = this.queues.get(name) ?? [];
      this.queues.set(name, [...queue, resolve]);
      signal?.addEventListener("abort", () => {
        this.queues.set(
          name,
          (this.queues.get(name) ?? []).filter((other) => other !== resolve),
        );
        reject(signal.reason);
      });
    });
  }
}

/** Channels of one browser; what one posts, the others with that name hear a moment later. */
export class BrowserChannels {
  private readonly all: { name: string; onmessage: ((event: MessageEvent) => void) | null; frozen: boolean }[] = [];

  open = (name: string): BroadcastChannel => {
    const channel = {
      name,
      frozen: false,
      onmessage: null as ((event: MessageEvent) => void) | null,
      postMessage: (data: unknown) => {
        const copy = structuredClone(data);
        if (channel.frozen) return;
        for (const other of this.all)
          if (other !== channel && other.name === name)
            queueMicrotask(() => {
              if (!other.frozen) other.onmessage?.({ data: copy } as MessageEvent);
            });
      },
      close: () => this.all.splice(this.all.indexOf(channel), 1),
    };
    this.all.push(channel);
    return channel as unknown as BroadcastChannel;
  };

  /** The tab that opened this channel (by number) neither hears nor says anything any more. */
  freeze(index: number): void {
    const channel = this.all[index];
    if (channel) channel.frozen = true;
  }
}
