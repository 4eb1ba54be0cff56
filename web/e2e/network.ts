// The network between a browser and the system, as a proxy that can be cut, and that can be as strict as some are: no
// WebSockets, no streams. The page keeps its address, so cookies and origins are those of the real one.
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import type { Duplex } from "node:stream";
import { text } from "node:stream/consumers";

export class Network {
  /** Refuses what is not plain HTTP: WebSockets. */
  refusesSockets = false;
  refusesStreams = false;
  /** Takes streams, and passes nothing on until they end: as a proxy that wants to see the whole answer first. */
  holdsStreams = false;
  private isCut = false;
  private readonly rewritten = new Map<string, (text: string) => string>();
  private readonly wires = new Set<Duplex>();

  private constructor(private readonly server: Server) {
    server.on("connection", (wire) => {
      if (this.isCut) wire.destroy();
      else this.hold(wire);
    });
    server.on("request", (incoming, answer) => this.pass(incoming, answer));
    server.on("connect", (incoming, wire) => this.tunnel(incoming, wire));
  }

  static async open(): Promise<Network> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new Network(server);
  }

  /** For the options of a browser's context. */
  get proxy(): { server: string } {
    return { server: `http://127.0.0.1:${(this.server.address() as AddressInfo).port}` };
  }

  /** All connections end without a word, and no new one is made. */
  cut(): void {
    this.isCut = true;
    for (const wire of this.wires) wire.destroy();
  }

  mend(): void {
    this.isCut = false;
  }

  /** Changes what is at a path, as if something else were put up there. */
  rewrite(path: string, change: (text: string) => string): void {
    this.rewritten.set(path, change);
  }

  close(): void {
    this.cut();
    this.server.close();
  }

  private hold(wire: Duplex): void {
    this.wires.add(wire);
    wire.on("close", () => this.wires.delete(wire));
    wire.on("error", () => wire.destroy());
  }

  private pass(incoming: IncomingMessage, answer: ServerResponse): void {
    const change = this.rewritten.get(new URL(incoming.url ?? "", "http://localhost").pathname);
    if (change) delete incoming.headers["accept-encoding"];
    const outgoing = request(incoming.url ?? "", { method: incoming.method ?? "GET", headers: incoming.headers });
    outgoing.on("response", (response) => {
      const isStream = response.headers["content-type"]?.startsWith("text/event-stream");
      if (isStream && this.refusesStreams) {
        response.destroy();
        answer.writeHead(502).end();
        return;
      }
      if (isStream && this.holdsStreams) {
        response.resume();
        return;
      }
      if (change) {
        void text(response).then((whole) => answer.setHeader("Content-Type", "text/javascript").end(change(whole)));
        return;
      }
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    outgoing.on("error", () => answer.destroy());
    answer.on("close", () => outgoing.destroy());
    incoming.pipe(outgoing);
  }

  private tunnel({ url = "" }: IncomingMessage, wire: Duplex): void {
    if (this.refusesSockets) {
      wire.end("HTTP/1.1 403 Forbidden\r\n\r\n");
      return;
    }
    const [host = "localhost", port] = url.split(":");
    const far = connect(Number(port), host, () => {
      wire.write("HTTP/1.1 200 OK\r\n\r\n");
      far.pipe(wire);
      wire.pipe(far);
    });
    this.hold(far);
    far.on("close", () => wire.destroy());
    wire.on("close", () => far.destroy());
  }
}
