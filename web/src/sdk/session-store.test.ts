import { HttpResponse, http } from "msw";
import { expect, it } from "vitest";
import { sampleMe } from "@/testing/samples";
import { problem, server, startTestServer } from "@/testing/server";
import { createApiClient, unwrap } from "./api-client";
import { SessionStore } from "./session-store";

startTestServer();

const BASE_URL = "http://localhost:3000";
const open = () => new SessionStore({ baseUrl: BASE_URL, storage: localStorage });
const answer = (token: string) => ({
  session_id: "s1",
  user: sampleMe(),
  access_token: token,
  token_type: "Bearer",
  expires_in: 300,
  session_expires_at: "2026-01-31T16:30:00.000Z",
});

it("signs in with a cookie and keeps only the session's id", async () => {
  server.use(
    http.post("*/v1/auth/login", async ({ request }) => {
      expect(await request.json()).toEqual({ identifier: "ada", password: "secret", cookie: true });
      return HttpResponse.json(answer("t1"));
    }),
  );
  const session = open();
  await session.login({ identifier: "ada", password: "secret" });
  expect(session.getState()).toMatchObject({ status: "signed-in", sessionId: "s1" });
  expect(JSON.stringify({ ...localStorage })).toBe('{"pulse.session_id":"s1"}');
});

it("takes up an earlier session, with one call for all who ask at once", async () => {
  localStorage.setItem("pulse.session_id", "s1");
  let calls = 0;
  server.use(
    http.post("*/v1/auth/refresh", async ({ request }) => {
      calls += 1;
      expect(await request.json()).toEqual({ session_id: "s1" });
      return HttpResponse.json(answer("t1"));
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
    http.post("*/v1/auth/refresh", () => HttpResponse.json(answer(`t${++issued}`))),
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
