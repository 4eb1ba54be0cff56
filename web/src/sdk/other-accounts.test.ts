import { HttpResponse, http } from "msw";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { sampleMe, sampleSession } from "@/testing/samples";
import { problem, server, startTestServer } from "@/testing/server";
import { BrowserLocks } from "@/testing/tabs";
import { AccountList } from "./account-list";
import { OtherAccounts } from "./other-accounts";
import { liveLock } from "./tab-lock";

startTestServer();

const MINUTE = 60_000;
let locks: BrowserLocks;
/** What each account is asked, in turn. */
let calls: string[];
let unread: Record<string, number>;
let [isSeen, isOnline] = [true, true];
const tabs: OtherAccounts[] = [];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  localStorage.clear();
  locks = new BrowserLocks();
  calls = [];
  unread = { ada: 0, ben: 0 };
  [isSeen, isOnline] = [true, true];
  server.use(
    http.post<never, { session_id: string }>("*/v1/auth/refresh", async ({ request }) => {
      const name = (await request.json()).session_id.replace("session of ", "");
      calls.push(`renew ${name}`);
      return HttpResponse.json({ ...sampleSession(name), session_id: `session of ${name}`, user: person(name) });
    }),
    http.get("*/v1/sync", ({ request }) => {
      const name = request.headers.get("Authorization")?.replace("Bearer ", "") ?? "";
      calls.push(`ask ${name}`);
      return HttpResponse.json({ token: "t", total_unread: unread[name] });
    }),
  );
});
afterEach(() => {
  for (const tab of tabs.splice(0)) tab.stop();
  vi.useRealTimers();
});

const person = (name: string) => ({ ...sampleMe(), id: name, username: name });

function openTab() {
  const accounts = new AccountList({ shared: localStorage, tab: sessionStorage });
  const forget = vi.fn();
  const others = new OtherAccounts({
    baseUrl: "http://localhost:3000",
    accounts,
    kept: { forget },
    shared: localStorage,
    locks: locks as unknown as LockManager,
    isSeen: () => isSeen,
    isOnline: () => isOnline,
    random: () => 0.5,
  });
  tabs.push(others);
  return { accounts, others, forget };
}

/** Two accounts of this browser; some tab shows Ada's. */
function adaIsShown() {
  const tab = openTab();
  for (const name of ["ada", "ben"]) tab.accounts.put(`session of ${name}`, person(name));
  return { ...tab, close: show("ada") };
}

/** Some tab shows the account until the function that is given back is called. */
function show(name: string): () => void {
  let close: () => void = () => undefined;
  void locks.request(liveLock(name), {}, () => new Promise<void>((resolve) => (close = resolve)));
  return () => close();
}

const unreadOf = (accounts: AccountList) => accounts.getAccounts().map((account) => account.unread);
/** Lets the time pass, and what is fetched arrive. */
async function pass(ms: number) {
  await vi.advanceTimersByTimeAsync(ms);
  for (let turns = 0; turns < 200; turns++) await new Promise((resolve) => setImmediate(resolve));
}

it("asks the account that no tab shows, at once and then every minute", async () => {
  const { accounts, others } = adaIsShown();
  unread.ben = 3;
  others.start();
  await pass(0);
  expect([calls, unreadOf(accounts)]).toEqual([
    ["renew ben", "ask ben"],
    [0, 3],
  ]);
  unread.ben = 4;
  await pass(MINUTE);
  expect(calls).toEqual(["renew ben", "ask ben", "ask ben"]);
  expect(unreadOf(accounts)).toEqual([0, 4]);
});

it("leaves an account alone once a tab shows it, and asks it again when none does", async () => {
  const { others, close } = adaIsShown();
  const closeBen = show("ben");
  others.start();
  await pass(3 * MINUTE);
  expect(calls).toEqual([]);
  closeBen();
  close();
  await pass(MINUTE);
  expect(calls).toEqual(["renew ada", "ask ada", "renew ben", "ask ben"]);
});

it("asks sooner when somebody looks, but never twice in a moment", async () => {
  const { others } = adaIsShown();
  others.start();
  for (const _ of [1, 2, 3]) {
    others.look();
    await pass(100);
  }
  expect(calls).toHaveLength(2);
  await pass(3_000);
  expect(calls).toHaveLength(3);
});

it("asks seldom while the page is hidden, and not at all without a network", async () => {
  const { others } = adaIsShown();
  isSeen = false;
  others.start();
  await pass(4.9 * MINUTE);
  expect(calls).toHaveLength(2);
  await pass(0.1 * MINUTE);
  expect(calls.filter((call) => call === "ask ben")).toHaveLength(2);
  [isOnline, calls] = [false, []];
  await pass(20 * MINUTE);
  expect(calls).toEqual([]);
});

it("of several tabs one asks, and what it heard is shown by all", async () => {
  const { others } = adaIsShown();
  const second = openTab();
  others.start();
  second.others.start();
  unread.ben = 2;
  await pass(MINUTE);
  expect(calls.filter((call) => call === "ask ben")).toHaveLength(2);
  second.accounts.refresh();
  expect(unreadOf(second.accounts)).toEqual([0, 2]);
});

it("an account whose session was ended says so, keeps its place, and is not asked again", async () => {
  const { accounts, others, forget } = adaIsShown();
  accounts.setUnread("session of ben", 5);
  server.use(http.get("*/v1/sync", () => problem(401, "session_revoked")));
  others.start();
  await pass(0);
  expect(accounts.getAccounts()[1]).toMatchObject({ ended: true, unread: 0, user: { username: "ben" } });
  expect(forget).toHaveBeenCalledWith("ben", true);
  calls = [];
  await pass(10 * MINUTE);
  expect(calls).toEqual([]);
});

it("waits as long as the server wants", async () => {
  const { others } = adaIsShown();
  let tries = 0;
  const busy = { status: 503, headers: { "Retry-After": "600" } };
  server.use(http.get("*/v1/sync", () => HttpResponse.json({ code: "unavailable", tries: ++tries }, busy)));
  others.start();
  await pass(0);
  others.look();
  for (let minute = 0; minute < 9; minute++) await pass(MINUTE);
  expect(tries).toBe(1);
});

it("a tab that shows the account by now knows better", async () => {
  const { accounts, others } = adaIsShown();
  server.use(
    http.get("*/v1/sync", () => {
      show("ben");
      return HttpResponse.json({ token: "t", total_unread: 7 });
    }),
  );
  others.start();
  await pass(0);
  expect(unreadOf(accounts)).toEqual([0, 0]);
});

it("an account that signed out while it was asked does not come back", async () => {
  const { accounts, others } = adaIsShown();
  server.use(
    http.post("*/v1/auth/refresh", () => {
      new AccountList({ shared: localStorage, tab: sessionStorage }).drop("session of ben");
      return HttpResponse.json({ ...sampleSession("ben"), session_id: "session of ben", user: person("ben") });
    }),
  );
  others.start();
  await pass(0);
  accounts.refresh();
  expect(accounts.getAccounts().map(({ user }) => user.username)).toEqual(["ada"]);
  expect(calls).toEqual([]);
});
