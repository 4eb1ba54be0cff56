// A way to the server whose code is fetched only when it is taken: most people never need it.
import type { Way, Wire } from "./wire";

export function laterWay(transport: Way["transport"], load: () => Promise<Way>): Way {
  return { transport, open: (token) => new LaterWire(load, token) };
}

class LaterWire implements Wire {
  onmessage: Wire["onmessage"] = null;
  onclose: Wire["onclose"] = null;
  private wire: Wire | undefined;
  private hasEnded = false;
  private readonly waiting: string[] = [];

  constructor(load: () => Promise<Way>, token: string) {
    load().then(
      (way) => this.begin(way, token),
      () => this.end(1006),
    );
  }

  get readyState(): number {
    return this.wire?.readyState ?? 0;
  }

  send(text: string): void {
    if (this.wire) this.wire.send(text);
    else this.waiting.push(text);
  }

  close(code?: number): void {
    this.hasEnded = true;
    this.wire?.close(code);
  }

  private begin(way: Way, token: string): void {
    if (this.hasEnded) return;
    this.wire = way.open(token);
    this.wire.onmessage = (message) => this.onmessage?.(message);
    this.wire.onclose = ({ code }) => this.end(code);
    for (const text of this.waiting) this.wire.send(text);
  }

  private end(code: number): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.onclose?.({ code });
  }
}
