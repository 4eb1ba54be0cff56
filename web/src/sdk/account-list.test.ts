import { HttpResponse, http } from "msw";
import { beforeEach, expect, it } from "vitest";
import { sampleMe, sampleSession } from "@/testing/samples";
import { problem, server, startTestServer } from "@/testing/server";
import { AccountList } from "./account-list";
import { SessionStore } from "./session-store";

startTestServer();
beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
});

class TabStorage {
  private readonly values = new Map<string, string>();
  getItem = (key: string) => this.values.get(key) ?? null;
  setItem = (key: string, value: string) => void this.values.set(key, value);
  removeItem = (key: string) => void this.values.delete(key);
}

/** A tab: what it keeps for itself, the list, and the session it shows. */
function openTab(tab = new TabStorage()) {
  const accounts = new AccountList({ shared: localStorage, tab });
  const session = new SessionStore({ baseUrl: "http://localhost:3000", storage: accounts.sessionStorage, accounts });
  return { tab, accounts, session };
}

const sessionOf = (name: string) => ({
  ...sampleSession(`token of ${name}`),
  session_id: `session of ${name}`,
  user: { ...sampleMe(), id: name, username: name },
});

function answerEverybody() {
  server.use(
    http.post<never, { identifier: string }>("*/v1/auth/login", async ({ request }) =>
      HttpResponse.json(sessionOf((await request.json()).identifier)),
    ),
    http.post<never, { session_id: string }>("*/v1/auth/refresh", async ({ request }) =>
      HttpResponse.json(sessionOf((await request.json()).session_id.replace("session of ", ""))),
    ),
    http.post("*/v1/auth/logout", () => new HttpResponse(null, { status: 204 })),
  );
}

const signIn = (session: SessionStore, identifier: string) => session.login({ identifier, password: "secret" });
const shown = ({ session }: ReturnType<typeof openTab>) => {
  const state = session.getState();
  return state.status === "signed-in" ? state.user.username : state.status;
};

it("each tab shows its own account, also after a reload", async () => {
  answerEverybody();
  const first = openTab();
  await signIn(first.session, "ada");
  const second = openTab();
  second.session.leave();
  await signIn(second.session, "ben");
  expect([shown(first), shown(second)]).toEqual(["ada", "ben"]);
  const reloaded = openTab(first.tab);
  await reloaded.session.restore();
  expect(shown(reloaded)).toBe("ada");
});

it("a new tab shows the account that was chosen last", async () => {
  answerEverybody();
  const first = openTab();
  await signIn(first.session, "ada");
  first.session.leave();
  await signIn(first.session, "ben");
  const second = openTab();
  await second.session.restore();
  expect(shown(second)).toBe("ben");
  expect(second.accounts.getAccounts().map((account) => account.user.username)).toEqual(["ada", "ben"]);
});

it("a tab switches between accounts without asking for a password", async () => {
  answerEverybody();
  const tab = openTab();
  await signIn(tab.session, "ada");
  tab.session.leave();
  expect(shown(tab)).toBe("signed-out");
  await signIn(tab.session, "ben");
  await tab.session.switchTo("session of ada");
  expect(shown(tab)).toBe("ada");
  expect(await tab.session.accessToken()).toBe("token of ada");
});

it("signing out of one account leaves the others", async () => {
  answerEverybody();
  const tab = openTab();
  await signIn(tab.session, "ada");
  tab.session.leave();
  await signIn(tab.session, "ben");
  await tab.session.logout();
  expect(tab.accounts.getAccounts().map((account) => account.user.username)).toEqual(["ada"]);
});

it("signing out in one tab leaves what new tabs show, when that is another account", async () => {
  answerEverybody();
  const first = openTab();
  await signIn(first.session, "ada");
  const second = openTab();
  second.session.leave();
  await signIn(second.session, "ben");
  await first.session.logout();
  const third = openTab();
  await third.session.restore();
  expect(shown(third)).toBe("ben");
});

it("an account whose session was ended by the server leaves the list", async () => {
  answerEverybody();
  const tab = openTab();
  await signIn(tab.session, "ada");
  server.use(http.post("*/v1/auth/refresh", () => problem(401, "session_revoked")));
  await expect(tab.session.renew()).rejects.toMatchObject({ code: "session_revoked" });
  expect(tab.accounts.getAccounts()).toEqual([]);
});

it("an answer that comes after a switch does not bring the account before back", async () => {
  answerEverybody();
  const tab = openTab();
  await signIn(tab.session, "ada");
  tab.session.leave();
  await signIn(tab.session, "ben");
  const late = tab.session.renew().catch(() => undefined);
  await tab.session.switchTo("session of ada");
  await late;
  expect(shown(tab)).toBe("ada");
  expect(await tab.session.accessToken()).toBe("token of ada");
});

it("counts what is unread in all accounts, over all tabs", async () => {
  answerEverybody();
  const first = openTab();
  await signIn(first.session, "ada");
  first.session.leave();
  await signIn(first.session, "ben");
  const second = openTab();
  let heard = 0;
  second.accounts.subscribe(() => heard++);
  first.accounts.setUnread("session of ada", 3);
  first.accounts.setUnread("session of ben", 2);
  second.accounts.refresh();
  expect([second.accounts.totalUnread(), heard]).toEqual([5, 1]);
});

it("an account that was signed out elsewhere keeps its place, and is a full one after the next sign-in", async () => {
  answerEverybody();
  const { session, accounts } = openTab();
  await signIn(session, "ada");
  session.leave();
  await signIn(session, "ben");
  accounts.setUnread("session of ada", 3);
  expect([accounts.end("session of ada"), accounts.end("unknown")]).toEqual([true, false]);
  expect(accounts.getAccounts()[0]).toMatchObject({ ended: true, unread: 0, user: { username: "ada" } });
  session.leave("ada");
  expect(session.getState()).toEqual({ status: "signed-out", username: "ada" });
  await signIn(session, "ada");
  expect(accounts.getAccounts().map(({ ended }) => ended)).toEqual([undefined, undefined]);
});
