import { HttpResponse, http } from "msw";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { problem, server, startTestServer } from "@/testing/server";
import { createApiClient } from "./api-client";
import { PresenceLease } from "./presence-lease";

startTestServer();

let seen: string;
let said: string[];
let streams: number;
/** What others see of the person while they have a stream. */
let seenOnStream: string;
let life: AbortController;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
  [seen, seenOnStream, said, streams] = ["offline", "online", [], 0];
  life = new AbortController();
  server.use(
    http.post("*/v1/presence/query", async ({ request }) => {
      const [user_id] = ((await request.json()) as { user_ids: string[] }).user_ids;
      return HttpResponse.json({ presences: [{ user_id, status: seen, last_seen_at: null }] });
    }),
    http.put("*/v1/me/presence", async ({ request }) => {
      said.push(((await request.json()) as { status: string }).status);
      return new HttpResponse(null, { status: 204 });
    }),
    http.get("*/v1/events", () => {
      streams += 1;
      seen = seenOnStream;
      return new HttpResponse(new ReadableStream(), { headers: { "Content-Type": "text/event-stream" } });
    }),
  );
});
afterEach(() => {
  life.abort();
  vi.useRealTimers();
});

function take() {
  const session = { accessToken: async () => "token", renew: async () => "token", clear: () => undefined };
  return new PresenceLease(createApiClient("http://localhost:3000", session), "ada", life.signal);
}

it("says again what others see already, but not all the time", async () => {
  seen = "online";
  const lease = take();
  await lease.renew();
  await lease.renew();
  expect(said).toEqual(["online"]);
  vi.setSystemTime(Date.now() + 25_000);
  await lease.renew();
  expect(said).toEqual(["online", "online"]);
  expect(streams).toBe(0);
});

it("says what was chosen here, not what another device shows", async () => {
  seen = "online";
  const lease = take();
  lease.chose("away");
  await lease.renew();
  expect(said).toEqual(["away"]);
});

it("whoever does not want to be disturbed stays so", async () => {
  seen = "dnd";
  await take().renew();
  expect(said).toEqual(["dnd"]);
});

it("comes in by a stream when nobody sees the person yet", async () => {
  await take().renew();
  expect(said).toEqual(["online"]);
  expect(streams).toBe(1);
});

it("never takes back that somebody is invisible", async () => {
  seenOnStream = "offline";
  const lease = take();
  await lease.renew();
  expect(said).toEqual([]);
  vi.setSystemTime(Date.now() + 25_000);
  await lease.renew();
  expect(said).toEqual([]);
  // The stream is not tried with each question.
  expect(streams).toBe(1);
});

it("a failure is none of the connection's", async () => {
  server.use(http.post("*/v1/presence/query", () => problem(503, "unavailable")));
  await expect(take().renew()).resolves.toBeUndefined();
  expect(said).toEqual([]);
});
