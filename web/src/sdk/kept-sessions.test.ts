import { HttpResponse, http } from "msw";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { BrowserDatabases } from "@/testing/databases";
import { OWN_ID, sampleMe, sampleSession } from "@/testing/samples";
import { problem, server, startTestServer } from "@/testing/server";
import { accountDatabase, CACHE, OUTBOX } from "./account-database";
import { AccountList } from "./account-list";
import { KeptSessions } from "./kept-sessions";
import { settled } from "./outbox-store";
import { SessionStore } from "./session-store";

startTestServer();

const NAME = `pulse.${OWN_ID}`;
const start = Date.parse("2026-01-31T09:30:00Z");
const onLeave = vi.fn();
let databases: BrowserDatabases;
let now: number;

beforeEach(() => {
  databases = new BrowserDatabases();
  vi.stubGlobal("indexedDB", databases);
  localStorage.clear();
  sessionStorage.clear();
  now = start;
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.clearAllMocks();
});

function openTab() {
  const accounts = new AccountList({ shared: localStorage, tab: sessionStorage });
  const kept = new KeptSessions(accounts, onLeave);
  const storage = accounts.sessionStorage;
  return new SessionStore({ baseUrl: "http://localhost:3000", storage, accounts, kept, now: () => now });
}

const answer = (path: string, response: () => Response | Promise<Response>) =>
  server.use(http.post(`*/v1/auth/${path}`, response));
const session = () => ({ ...sampleSession(), session_expires_at: new Date(start + 3_600_000).toISOString() });
const noNetwork = () => HttpResponse.error();

/** Somebody who has signed in, and closed the page. */
async function afterAVisit() {
  answer("login", () => HttpResponse.json(session()));
  await openTab().login({ identifier: "ada", password: "secret" });
  await vi.waitFor(() => expect(databases.contents(NAME)?.cache).toHaveProperty("session"));
}

async function write(store: string, key: string, value: unknown) {
  const database = await accountDatabase(OWN_ID)();
  await settled(database.transaction(store, "readwrite").objectStore(store).put(value, key));
}

it("without a connection the person of the last visit is shown what was kept", async () => {
  await afterAVisit();
  answer("refresh", noNetwork);
  const tab = openTab();
  await tab.restore();
  expect(tab.getState()).toEqual({ status: "signed-in", user: sampleMe(), sessionId: "s1" });
  await expect(tab.accessToken()).rejects.toMatchObject({ code: "network" });
  answer("refresh", () => HttpResponse.json({ ...session(), access_token: "fresh" }));
  expect(await tab.accessToken()).toBe("fresh");
});

it("a server that takes long to answer is not waited for", async () => {
  await afterAVisit();
  answer("refresh", () => new Promise(() => undefined));
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const tab = openTab();
  void tab.restore();
  for (let tries = 0; tries < 10; tries++) await vi.advanceTimersByTimeAsync(500);
  vi.useRealTimers();
  expect(tab.getState().status).toBe("signed-in");
});

it("nobody is shown what another account has kept", async () => {
  await afterAVisit();
  answer("refresh", noNetwork);
  sessionStorage.setItem("pulse.session_id", "s2");
  const tab = openTab();
  await tab.restore();
  expect(tab.getState()).toEqual({ status: "unreachable" });
});

it("a session that the server ended leaves nothing but what was not sent", async () => {
  await afterAVisit();
  await write(CACHE, "shown", { secret: true });
  await write(OUTBOX, "m1", { body: "not sent yet" });
  answer("refresh", () => problem(401, "session_revoked"));
  const tab = openTab();
  await tab.restore();
  expect(tab.getState()).toEqual({ status: "signed-out", reason: "ended" });
  await vi.waitFor(() => expect(databases.contents(NAME)?.cache).toEqual({}));
  expect(databases.contents(NAME)?.outbox).toEqual({ m1: { body: "not sent yet" } });
  expect(onLeave).not.toHaveBeenCalled();
});

it("a session that the server ended leaves nothing when all was sent", async () => {
  await afterAVisit();
  answer("refresh", () => problem(401, "session_revoked"));
  await openTab().restore();
  await vi.waitFor(() => expect(databases.contents(NAME)).toBeUndefined());
});

it("whoever signs out leaves nothing at all", async () => {
  await afterAVisit();
  await write(OUTBOX, "m1", { body: "not sent yet" });
  answer("refresh", () => HttpResponse.json(session()));
  answer("logout", () => new HttpResponse(null, { status: 204 }));
  const tab = openTab();
  await tab.restore();
  await tab.logout();
  await vi.waitFor(() => expect(databases.contents(NAME)).toBeUndefined());
  expect(onLeave).toHaveBeenCalledWith(OWN_ID);
});

it("without a connection nothing is shown beyond the end of the session, nor kept", async () => {
  await afterAVisit();
  answer("refresh", noNetwork);
  const open = openTab();
  await open.restore();
  expect(open.getState().status).toBe("signed-in");
  now = start + 3_600_000;
  await open.renew().catch(() => undefined);
  expect(open.getState()).toEqual({ status: "signed-out", reason: "ended" });
  await vi.waitFor(() => expect(databases.contents(NAME)).toBeUndefined());
});

it("a visit after the end of the session finds nothing", async () => {
  await afterAVisit();
  answer("refresh", noNetwork);
  now = start + 3_600_000;
  const tab = openTab();
  await tab.restore();
  expect(tab.getState()).toEqual({ status: "unreachable" });
  await vi.waitFor(() => expect(databases.contents(NAME)).toBeUndefined());
});
