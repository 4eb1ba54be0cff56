// The browser's side of a WebSocket for tests: the test plays the server.

export class BrowserSocket {
  static all: BrowserSocket[] = [];

  static latest(): BrowserSocket {
    const socket = BrowserSocket.all.at(-1);
    if (!socket) throw new Error("no socket was opened");
    return socket;
  }

  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  readonly sent: { type: string; id: string; data: Record<string, unknown> }[] = [];
  closed = false;
  readyState = 1;

  constructor(
    readonly url: string,
    readonly protocols: string[],
  ) {
    BrowserSocket.all.push(this);
  }

  send(text: string) {
    this.sent.push(JSON.parse(text));
  }

  close() {
    this.closed = true;
  }

  receive(frame: object) {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }

  hello(lifeMs = 300_000) {
    const now = Date.now();
    const data = {
      heartbeat_interval_ms: 25_000,
      degraded: [],
      server_time: new Date(now).toISOString(),
      access_token_expires_at: new Date(now + lifeMs).toISOString(),
    };
    this.receive({ type: "hello", data });
  }
}
