// A small town with one of everything: people in every relation to Ada, a direct chat, a group, rooms, and messages of
// every kind. For journeys that look at many screens.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "@playwright/test";
import { type Actor, ask, connect, enrol, gather, talk } from "./scene";

export interface Town {
  ada: Actor;
  ben: Actor;
  kofi: Actor;
  stranger: Actor;
  /** Ben and Ada; the last message is Ben's. */
  direct: string;
  /** Ada, Ben and Cleo. */
  group: string;
  /** A room that Ada is in, and one that she isn't. */
  room: string;
  otherRoom: string;
}

const PICTURE = fileURLToPath(new URL("../public/icon-192.png", import.meta.url));

export async function town(url: string): Promise<Town> {
  const people = await enrolAll(url);
  const { "Ada Holm": ada, "Ben Okafor": ben, "Cleo Martin": cleo, "Mona Lind": mona } = people;
  const { "Eve Lang": eve, "Kofi Mensah": kofi, "Dora Quist": stranger } = people;
  await connect(ada, ben);
  await connect(ada, cleo);
  await connect(ada, mona);
  await connect(ben, cleo);
  await ask(kofi, ada);
  await done(ada.api.put(`/v1/me/blocks/${eve.id}`));
  await done(ada.api.put(`/v1/me/mutes/${mona.id}`));
  const direct = await talk(ada, ben, [[ben, "Did you see **the prints**? https://photos.example.com/harbour"]]);
  await kinds(ada, ben, direct);
  const group = await gather(ada, "group", [ben, cleo], "Harbour walk");
  const topic = "Sunday, ten o'clock, at the lighthouse";
  await done(ada.api.patch(`/v1/conversations/${group}`, { data: { topic } }));
  await say(cleo, group, `Is everybody coming, @${ada.username}?`);
  const room = await gather(ada, "room", [], `Gardening ${ada.username}`);
  const otherRoom = await gather(ben, "room", [cleo], `Night trains ${ada.username}`);
  const old = await talk(ada, mona, [[mona, "See you next year"]]);
  await done(ada.api.patch(`/v1/conversations/${old}/my`, { data: { archived: true } }));
  return { ada, ben, kofi, stranger, direct, group, room, otherRoom };
}

const NAMES = ["Ada Holm", "Ben Okafor", "Cleo Martin", "Mona Lind", "Eve Lang", "Kofi Mensah", "Dora Quist"] as const;

/** One after the other: passwords take long to hash, and a machine that does many at once answers none in time. */
async function enrolAll(url: string): Promise<Record<(typeof NAMES)[number], Actor>> {
  const people: Partial<Record<(typeof NAMES)[number], Actor>> = {};
  for (const name of NAMES) people[name] = await enrol(url, name);
  return people as Record<(typeof NAMES)[number], Actor>;
}

/** One message of each kind: answered, edited, deleted, reacted to, with a picture, with a file, in Markdown. */
async function kinds(ada: Actor, ben: Actor, direct: string): Promise<void> {
  const asked = await say(ben, direct, "Which one do you like best?");
  await say(ada, direct, "The third", { reply_to: asked });
  await done(ben.api.put(`/v1/messages/${asked}/reactions/${encodeURIComponent("👍")}`));
  const mistyped = await say(ada, direct, "It has the best lihgt");
  await done(ada.api.patch(`/v1/messages/${mistyped}`, { data: { body: "It has the best light" } }));
  await done(ada.api.put(`/v1/messages/${mistyped}/reactions/${encodeURIComponent("🎉")}`));
  const gone = await say(ben, direct, "Never mind");
  await done(ben.api.delete(`/v1/messages/${gone}`));
  await say(ben, direct, "> light\n\n- `ISO 200`\n- *f/8*\n\n~~tripod~~");
  await say(ada, direct, "🎉");
  const picture = { name: "harbour.png", mimeType: "image/png", buffer: readFileSync(PICTURE) };
  await say(ben, direct, "This is it", { attachment_ids: [await upload(ben, picture)] });
  const list = { name: "prices.csv", mimeType: "text/csv", buffer: Buffer.from("print,price\nharbour,40\n") };
  await say(ada, direct, "And what they cost", { attachment_ids: [await upload(ada, list)] });
  await say(ben, direct, "Saturday, eight o'clock?");
}

async function say(speaker: Actor, conversationId: string, body: string, more: object = {}): Promise<string> {
  const data = { client_id: crypto.randomUUID(), body, ...more };
  return (await done(speaker.api.post(`/v1/conversations/${conversationId}/messages`, { data }))).id;
}

async function upload(owner: Actor, file: { name: string; mimeType: string; buffer: Buffer }): Promise<string> {
  return (await done(owner.api.post("/v1/attachments", { multipart: { file } }))).id;
}

type Answer = Awaited<ReturnType<Actor["api"]["post"]>>;

async function done(answered: Promise<Answer>): Promise<{ id: string }> {
  const answer = await answered;
  expect(answer.ok(), `${answer.url()} answered ${answer.status()}`).toBe(true);
  return answer.status() === 204 ? { id: "" } : ((await answer.json()) as { id: string });
}
