// A conversation with very many messages, made through the public API by two people who talk past one another.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { BrowserContext } from "@playwright/test";
import { PASSWORD } from "./person";
import { connect, enrol, talk } from "./scene";

/** So many requests are on their way at once: the server stores them together. */
const AT_ONCE = 48;

const SENTENCES = [
  "On my way",
  "Could you look at the second page before lunch? The numbers at the end don't add up, and I can't see why.",
  "👍",
  "The ferry leaves at 17:40 from **pier 4**, see https://ferries.example.com/harbour",
  "Yes, that works for me. I'll bring the prints, you bring the frames, and we meet where we met last time.",
  "- bread\n- butter\n- two lemons",
  "`make test` is green again",
  "نلتقي عند الميناء في السابعة مساءً",
];

export interface LongChat {
  id: string;
  count: number;
  /** The usernames of the one who reads and of the other. */
  people: [string, string];
}

/** Each message begins with its number, so that one sees on the screen where one is. */
export async function makeLongChat(url: string, count: number): Promise<LongChat> {
  const reader = await enrol(url, "Ada Holm");
  const other = await enrol(url, "Ben Okafor");
  await connect(reader, other);
  const id = await talk(reader, other, []);
  const speakers = [new Speaker(url, reader.username), new Speaker(url, other.username)] as const;
  let next = 1;
  const say = async () => {
    while (next <= count) {
      const number = next++;
      const body = `#${number} ${SENTENCES[number % SENTENCES.length]}`;
      await speakers[number % 7 < 4 ? 1 : 0].say(id, body);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, count) }, say));
  return { id, count, people: [reader.username, other.username] };
}

/** The one that the file tells of, when it has as many messages; or else a new one, which the file then tells of. */
export async function keptLongChat(url: string, count: number, file: string | undefined): Promise<LongChat> {
  const kept = file && existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as LongChat) : undefined;
  if (kept?.count === count) return kept;
  const made = await makeLongChat(url, count);
  if (file) writeFileSync(file, JSON.stringify(made));
  return made;
}

interface Said {
  body: string;
  created_at: string;
}

/** Its first and its last message. */
export async function endsOf(url: string, { id, people }: LongChat): Promise<{ first: Said; last: Said }> {
  const headers = { Authorization: `Bearer ${await new Speaker(url, people[0]).login()}` };
  const one = async (place: string): Promise<Said> => {
    const answer = await fetch(`${url}/v1/conversations/${id}/messages?limit=1${place}`, { headers });
    const [said] = ((await answer.json()) as { items: Said[] }).items;
    if (!said) throw new Error("nothing was said");
    return said;
  };
  return { first: await one("&after=0"), last: await one("") };
}

/** Signs the browser in without the form. */
export async function signIn(context: BrowserContext, url: string, username: string): Promise<void> {
  const data = { identifier: username, password: PASSWORD, cookie: true };
  const answer = await context.request.post(`${url}/v1/auth/login`, { data });
  const { session_id } = await answer.json();
  await context.addInitScript((id) => localStorage.setItem("pulse.session_id", id), session_id);
}

/** Sends many messages: by plain requests that keep their connections, and with a fresh token when one has run out. */
class Speaker {
  private token: Promise<string> | undefined;

  constructor(
    private readonly url: string,
    private readonly username: string,
  ) {}

  async say(conversationId: string, body: string): Promise<void> {
    const message = { client_id: crypto.randomUUID(), body };
    const path = `/v1/conversations/${conversationId}/messages`;
    this.token ??= this.login();
    const used = this.token;
    let answer = await this.post(path, message, await used);
    if (answer.status === 401) {
      if (this.token === used) this.token = this.login();
      answer = await this.post(path, message, await this.token);
    }
    if (answer.status !== 201) throw new Error(`${answer.status}: ${await answer.text()}`);
    await answer.arrayBuffer();
  }

  async login(): Promise<string> {
    const answer = await this.post("/v1/auth/login", { identifier: this.username, password: PASSWORD });
    return ((await answer.json()) as { access_token: string }).access_token;
  }

  private post(path: string, body: unknown, token?: string): Promise<Response> {
    const headers = { "Content-Type": "application/json", ...(token && { Authorization: `Bearer ${token}` }) };
    const send = () => fetch(`${this.url}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    // The server may close a connection just when it is used again; by its client_id a message is stored once.
    return send().catch(send);
  }
}
