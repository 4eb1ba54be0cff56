import { HttpResponse, http } from "msw";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { sampleMessage } from "@/testing/samples";
import { server, startTestServer } from "@/testing/server";
import { createApiClient } from "./api-client";
import { longPollingWay } from "./long-polling";
import type { Message } from "./types";
import type { Wire } from "./wire";

startTestServer();

const TOKEN = `head.${btoa(JSON.stringify({ sub: "ada", sid: "s1", exp: 1 }))}.sign`;
/** What the server has to say, one page a question; it keeps silent until there is one. */
let pages: Message[][];
let said: string[];
let wire: Wire | undefined;

beforeEach(() => {
  [pages, said] = [[], []];
  server.use(
    http.get("*/v1/config", () => HttpResponse.json({ degraded: [], limits: {} })),
    http.get("*/v1/sync", async ({ request }) => {
      const since = new URL(request.url).searchParams.get("since");
      if (since === null) return HttpResponse.json({ token: "t0", total_unread: 0 });
      const asking = wire;
      while (pages.length === 0 && wire === asking) await new Promise((resolve) => setTimeout(resolve, 10));
      // What comes now is for the test that runs now.
      if (wire !== asking) return HttpResponse.error();
      const messages = pages.shift() ?? [];
      const conversations = [{ conversation: {}, messages, gap: false }];
      return HttpResponse.json({
        conversations,
        removed_conversation_ids: [],
        relationships_changed: false,
        token: `${since}+`,
      });
    }),
    http.post("*/v1/presence/query", () => HttpResponse.json({ presences: [{ user_id: "ada", status: "online" }] })),
    http.put("*/v1/me/presence", async ({ request }) => {
      said.push(((await request.json()) as { status: string }).status);
      return new HttpResponse(null, { status: 204 });
    }),
  );
});
afterEach(() => {
  wire?.close();
  wire = undefined;
  vi.useRealTimers();
});

/** Opens the way, and gives the types and data of what it tells. */
function open() {
  const session = { accessToken: async () => TOKEN, renew: async () => TOKEN, clear: () => undefined };
  const told: { type: string; data: { id?: string } }[] = [];
  wire = longPollingWay(createApiClient("http://localhost:3000", session)).open(TOKEN);
  wire.onmessage = ({ data }) => told.push(JSON.parse(String(data)));
  const created = () => told.filter(({ type }) => type === "message.created").map(({ data }) => data.id);
  return { wire, told, created };
}

it("tells as new what is new, and of the rest that there is something to fetch", async () => {
  const at = "2026-01-31T09:31:00.000Z";
  const fresh = sampleMessage(1);
  pages = [[fresh, sampleMessage(2, { edited_at: at }), sampleMessage(3, { deleted_at: at })], [fresh]];
  const { told, created } = open();
  await vi.waitFor(() => expect(told.filter(({ type }) => type === "sync.required")).toHaveLength(2), 5_000);
  expect(told[0]?.type).toBe("hello");
  expect(created()).toEqual([fresh.id]);
});

it("says that the person is there", async () => {
  open();
  await vi.waitFor(() => expect(said).toEqual(["online"]), 5_000);
});

it("says what the person chose, once it is time to say it again", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const { wire } = open();
  await vi.waitFor(() => expect(said).toEqual(["online"]), 5_000);
  wire.send(JSON.stringify({ type: "presence.set", id: "1", data: { status: "away" } }));
  await vi.waitFor(() => expect(said).toEqual(["online", "away"]), 5_000);
  vi.setSystemTime(Date.now() + 25_000);
  pages = [[sampleMessage(1)]];
  await vi.waitFor(() => expect(said).toEqual(["online", "away", "away"]), 5_000);
});
