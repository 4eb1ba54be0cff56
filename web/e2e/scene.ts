// A small world for the pictures: people who know each other, and what they said, made through the public API.
import { type APIRequestContext, expect, request } from "@playwright/test";
import { linkFrom } from "./mail";
import { PASSWORD } from "./person";

export interface Actor {
  api: APIRequestContext;
  id: string;
  username: string;
  name: string;
  /** What a browser keeps of somebody who is signed in; for `Person.enter`. */
  state: Awaited<ReturnType<APIRequestContext["storageState"]>>;
}

export async function enrol(baseURL: string, name: string): Promise<Actor> {
  const suffix = Math.random().toString(36).slice(2, 9);
  const username = `${name
    .split(" ")[0]
    ?.toLowerCase()
    .replace(/[^a-z]/g, "")}_${suffix}`;
  const door = await request.newContext({ baseURL });
  const body = { username, email: `${username}@example.com`, password: PASSWORD, display_name: name, cookie: true };
  const answer = await door.post("/v1/auth/register", { data: body });
  expect(answer.status()).toBe(201);
  const { access_token: token, session_id: session, user } = await answer.json();
  const mailed = (await linkFrom("verify_email", body.email)).split("#token=")[1];
  expect((await door.post("/v1/auth/email/verify", { data: { token: mailed } })).status()).toBe(204);
  const api = await request.newContext({ baseURL, extraHTTPHeaders: { Authorization: `Bearer ${token}` } });
  const { cookies } = await door.storageState();
  const localStorage = [{ name: "pulse.session_id", value: session as string }];
  const state = { cookies, origins: [{ origin: new URL(baseURL).origin, localStorage }] };
  return { api, id: user.id, username, name, state };
}

export async function ask(from: Actor, to: Actor): Promise<void> {
  expect((await from.api.post(`/v1/users/${to.id}/follow`)).ok()).toBe(true);
}

export async function connect(a: Actor, b: Actor): Promise<void> {
  await ask(a, b);
  const { items } = await (await b.api.get("/v1/follow-requests")).json();
  const wanted = items.find((item: { user: { id: string } }) => item.user.id === a.id);
  expect((await b.api.post(`/v1/follow-requests/${wanted.id}/accept`, { data: { follow_back: true } })).ok()).toBe(
    true,
  );
}

/** Ada Holm and Ben Okafor, who are connected. */
export async function twoConnected(url: string): Promise<{ ada: Actor; ben: Actor }> {
  const [ada, ben] = await Promise.all([enrol(url, "Ada Holm"), enrol(url, "Ben Okafor")]);
  await connect(ada, ben);
  return { ada, ben };
}

/** Makes a group or a room, with these people in it. Gives its id. */
export async function gather(owner: Actor, kind: "group" | "room", people: Actor[], title?: string): Promise<string> {
  const data = { kind, member_ids: people.map(({ id }) => id), ...(title && { title }) };
  const made = await owner.api.post("/v1/conversations", { data });
  expect(made.status()).toBe(201);
  return (await made.json()).id;
}

/** Says one line in a conversation. */
export async function tell(speaker: Actor, conversationId: string, body: string): Promise<void> {
  const data = { client_id: crypto.randomUUID(), body };
  expect((await speaker.api.post(`/v1/conversations/${conversationId}/messages`, { data })).status()).toBe(201);
}

/** Says the lines in turn; each line names its speaker. Gives the conversation's id. */
export async function talk(a: Actor, b: Actor, lines: readonly [Actor, string][]): Promise<string> {
  const opened = await a.api.post("/v1/conversations", { data: { kind: "direct", member_ids: [b.id] } });
  const { id } = await opened.json();
  for (const [speaker, body] of lines) await tell(speaker, id, body);
  return id;
}
