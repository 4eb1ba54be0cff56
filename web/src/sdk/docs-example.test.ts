// Runs the example of docs/sdk.md as it stands.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { HttpResponse, http } from "msw";
import { afterAll, afterEach, beforeEach, expect, it, vi } from "vitest";
import { BrowserSocket } from "@/testing/browser-socket";
import { sampleMessage, sampleSession } from "@/testing/samples";
import { server, startTestServer } from "@/testing/server";

startTestServer();
beforeEach(() => vi.stubGlobal("WebSocket", BrowserSocket));
afterEach(() => vi.unstubAllGlobals());

const FILE = "src/sdk/docs-example.generated.ts";
afterAll(() => rmSync(FILE, { force: true }));

type Bot = (baseUrl: string, identifier: string, password: string, say: (line: string) => void) => Promise<void>;

async function loadExample(): Promise<Bot> {
  const [, code] = /```ts\n([\s\S]+?)```/.exec(readFileSync("../docs/sdk.md", "utf8")) ?? [];
  writeFileSync(FILE, code ?? "");
  const module: { bot: Bot } = await import(/* @vite-ignore */ `${process.cwd()}/${FILE}`);
  return module.bot;
}

it("the example signs in, syncs, hears and answers", async () => {
  server.use(
    http.post("*/v1/auth/login", () => HttpResponse.json(sampleSession())),
    http.get("*/v1/sync", () => HttpResponse.json({ token: "t1", total_unread: 0 })),
  );
  const said: string[] = [];
  const bot = await loadExample();
  await bot("http://localhost:3000", "ada", "secret", (line) => said.push(line));
  await vi.waitFor(() => expect(BrowserSocket.all.length).toBe(1));
  const socket = BrowserSocket.latest();
  socket.hello();
  socket.receive({ type: "message.created", data: sampleMessage(1, { body: "ping" }) });
  const sent = () => socket.sent.find((frame) => frame.type === "message.send");
  await vi.waitFor(() => expect(sent()?.data.body).toBe("pong"));
  socket.receive({ type: "reply", id: sent()?.id, data: sampleMessage(2, { body: "pong" }) });
  await vi.waitFor(() => expect(said).toEqual(["Ben: ping", "stored at 2"]));
  socket.receive({ type: "message.created", data: sampleMessage(3, { body: "bye" }) });
  expect(socket.closed).toBe(true);
});
