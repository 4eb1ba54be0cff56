import { HttpResponse, http } from "msw";
import { expect, it } from "vitest";
import { sampleChallenge, sampleMe, sampleSession } from "@/testing/samples";
import { problem, server, startTestServer } from "@/testing/server";
import { createApiClient, unwrap } from "./api-client";
import { SessionStore } from "./session-store";

startTestServer();

const BASE_URL = "http://localhost:3000";
const open = () => new SessionStore({ baseUrl: BASE_URL, storage: localStorage });
it("signs in with a cookie and keeps only the session's id", async () => {
  server.use(
    http.post("*/v1/auth/login", async ({ request }) => {
      expect(await request.json()).toEqual({ identifier: "ada", password: "secret", cookie: true });
      return HttpResponse.json(sampleSession("t1"));
    }),
  );
  const session = open();
  await session.login({ identifier: "ada", password: "secret" });
  expect(session.getState()).toMatchObject({ status: "signed-in", sessionId: "s1" });
  expect(JSON.stringify({ ...localStorage })).toBe('{"pulse.session_id":"s1"}');
});

it("is not signed in before the second factor is shown", async () => {
  server.use(
    http.post("*/v1/auth/login", () => HttpResponse.json(sampleChallenge())),
    http.post("*/v1/auth/mfa", async ({ request }) => {
      expect(await request.json()).toEqual({ mfa_token: "m1", code: "123456" });
      return HttpResponse.json(sampleSession());
    }),
  );
  const session = open();
  const challenge = await session.login({ identifier: "ada", password: "secret" });
  expect(challenge?.mfa_token).toBe("m1");
  expect(session.getState().status).toBe("signed-out");
  await session.confirm({ mfa_token: "m1", code: "123456" });
  expect(session.getState().status).toBe("signed-in");
});

it("exchanges the code of an outside sign-in for a session in a cookie", async () => {
  server.use(
    http.post("*/v1/auth/oauth/exchange", async ({ request }) => {
      expect(await request.json()).toEqual({ code: "c1", remember: false, cookie: true });
      return HttpResponse.json(sampleSession());
    }),
  );
  const session = open();
  expect(await session.exchange({ code: "c1", remember: false })).toBeNull();
  expect(session.getState()).toMatchObject({ status: "signed-in", sessionId: "s1" });
});

it("takes the newest state of the account, but never that of somebody else", async () => {
  server.use(http.post("*/v1/auth/login", () => HttpResponse.json(sampleSession())));
  const session = open();
  session.updateUser(sampleMe());
  expect(session.getState().status).toBe("signed-out");
  await session.login({ identifier: "ada", password: "secret" });
  session.updateUser({ ...sampleMe(), bio: "new" });
  session.updateUser({ ...sampleMe(), id: "another", bio: "foreign" });
  expect(session.getState()).toMatchObject({ user: { bio: "new" } });
});

it("takes up an earlier session, with one call for all who ask at once", async () => {
  localStorage.setItem("pulse.session_id", "s1");
  let calls = 0;
  server.use(
    http.post("*/v1/auth/refresh", async ({ request }) => {
      calls += 1;
      expect(await request.json()).toEqual({ session_id: "s1" });
      return HttpResponse.json(sampleSession("t1"));
    }),
  );
  const session = open();
  expect(session.getState().status).toBe("restoring");
  await Promise.all([session.restore(), session.accessToken(), session.accessToken()]);
  expect(session.getState().status).toBe("signed-in");
  expect(calls).toBe(1);
});

it("is signed out when the session has ended", async () => {
  localStorage.setItem("pulse.session_id", "s1");
  server.use(http.post("*/v1/auth/refresh", () => problem(401, "session_revoked")));
  const session = open();
  await session.restore();
  expect(session.getState()).toEqual({ status: "signed-out", reason: "ended" });
  expect(localStorage.getItem("pulse.session_id")).toBeNull();
});

it("stays signed in when the server can't be reached", async () => {
  localStorage.setItem("pulse.session_id", "s1");
  server.use(http.post("*/v1/auth/refresh", () => HttpResponse.error()));
  const session = open();
  await session.restore();
  expect(session.getState().status).toBe("unreachable");
  expect(localStorage.getItem("pulse.session_id")).toBe("s1");
});

it("a call whose token has expired is repeated once with a new one", async () => {
  localStorage.setItem("pulse.session_id", "s1");
  let issued = 0;
  const seen: (string | null)[] = [];
  server.use(
    http.post("*/v1/auth/refresh", () => HttpResponse.json(sampleSession(`t${++issued}`))),
    http.post("*/v1/presence/query", async ({ request }) => {
      seen.push(request.headers.get("Authorization"));
      expect(await request.json()).toEqual({ user_ids: [] });
      return seen.length === 1 ? problem(401, "token_expired") : HttpResponse.json({ presences: [] });
    }),
  );
  const api = createApiClient(BASE_URL, open());
  await unwrap(api.POST("/v1/presence/query", { body: { user_ids: [] } }));
  expect(seen).toEqual(["Bearer t1", "Bearer t2"]);
});

it("renews a token before it ends, and not while it is good", async () => {
  let now = Date.now();
  let issued = 0;
  server.use(
    http.post("*/v1/auth/login", () => HttpResponse.json(sampleSession("t0"))),
    http.post("*/v1/auth/refresh", () => HttpResponse.json(sampleSession(`t${++issued}`))),
  );
  const session = new SessionStore({ baseUrl: BASE_URL, storage: localStorage, now: () => now });
  await session.login({ identifier: "ada", password: "secret" });
  now += sampleSession().expires_in * 1000 - 11_000;
  expect(await session.accessToken()).toBe("t0");
  now += 2_000;
  expect(await session.accessToken()).toBe("t1");
});

it("tells the server who signs out", async () => {
  const told: unknown[] = [];
  server.use(
    http.post("*/v1/auth/login", () => HttpResponse.json(sampleSession("t1"))),
    http.post("*/v1/auth/logout", async ({ request }) => {
      told.push(await request.json(), request.headers.get("Authorization"));
      return new HttpResponse(null, { status: 204 });
    }),
  );
  const session = open();
  await session.login({ identifier: "ada", password: "secret" });
  await session.logout();
  expect(told).toEqual([{ session_id: "s1" }, "Bearer t1"]);
  expect(session.getState()).toEqual({ status: "signed-out" });
});
