import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { sampleMessage } from "@/testing/samples";
import { BrowserChannels, BrowserLocks } from "@/testing/tabs";
import { ApiError } from "./api-error";
import type { ConnectionEvents, ConnectionState } from "./connection";
import type { Hello, LiveEvent } from "./events";
import { SharedConnection } from "./shared-connection";
import type { OwnConnection } from "./tab-leader";

const HELLO = { connection_id: "k1" } as Hello;
const EVENT: LiveEvent = { type: "message.created", data: sampleMessage(1) };

/** Stands for the socket of a tab; the test plays the server. */
class Socket implements OwnConnection {
  state: ConnectionState = { status: "idle" };
  readonly asked: [string, object][] = [];
  private readonly listeners = new Set<() => void>();
  constructor(readonly events: ConnectionEvents) {}
  getState = () => this.state;
  subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  start = () => this.set({ status: "connecting", attempt: 0 });
  stop = vi.fn(() => this.set({ status: "idle" }));
  reconnectNow = vi.fn();
  request = async <T>(type: string, data: object): Promise<T> => {
    this.asked.push([type, data]);
    if (type === "message.edit") throw new ApiError(0, "forbidden", "not yours");
    return { echo: type } as T;
  };
  open() {
    this.set({ status: "open", degraded: [] } as unknown as ConnectionState);
    this.events.onHello(HELLO, false);
  }
  private set(state: ConnectionState) {
    this.state = state;
    for (const listener of this.listeners) listener();
  }
}

let locks: BrowserLocks;
let channels: BrowserChannels;
const tabs: SharedConnection[] = [];

function openTab() {
  const heard: unknown[] = [];
  const sockets: Socket[] = [];
  const connection = new SharedConnection({
    name: "ada",
    connect: (events) => {
      const socket = new Socket(events);
      sockets.push(socket);
      return socket;
    },
    onHello: (hello) => heard.push(hello),
    onEvent: (event) => heard.push(event),
    onLead: (leads) => heard.push(leads ? "leads" : "follows"),
    onPost: (message) => heard.push(message),
    locks: locks as unknown as LockManager,
    channel: channels.open,
  });
  tabs.push(connection);
  connection.start();
  return { connection, heard, sockets, socket: () => sockets.at(-1) as Socket };
}

const settle = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  vi.useFakeTimers();
  locks = new BrowserLocks();
  channels = new BrowserChannels();
});
afterEach(() => {
  for (const tab of tabs.splice(0)) tab.stop();
  vi.useRealTimers();
});

async function twoTabs() {
  const first = openTab();
  await settle();
  first.socket().open();
  const second = openTab();
  await settle();
  return { first, second };
}

it("opens one socket for two tabs; both hear what comes", async () => {
  const { first, second } = await twoTabs();
  first.socket().events.onEvent(EVENT);
  await settle();
  expect([first.sockets.length, second.sockets.length]).toEqual([1, 0]);
  expect(second.connection.getState().status).toBe("open");
  expect(first.heard).toEqual(["leads", HELLO, EVENT]);
  expect(second.heard).toEqual([HELLO, EVENT]);
});

it("a tab that follows asks through the one that leads, and hears its refusals", async () => {
  const { first, second } = await twoTabs();
  const answer = second.connection.request("message.send", { body: "hi" });
  const refusal = second.connection.request("message.edit", {}).catch((cause: ApiError) => cause.code);
  await settle();
  expect(await answer).toEqual({ echo: "message.send" });
  expect(await refusal).toBe("forbidden");
  expect(first.socket().asked[0]).toEqual(["message.send", { body: "hi" }]);
});

it("when the tab that leads closes, another one leads", async () => {
  const { first, second } = await twoTabs();
  first.connection.stop();
  await settle();
  expect(second.connection.leads()).toBe(true);
  second.socket().open();
  expect(second.connection.getState().status).toBe("open");
});

it("a tab that is frozen loses the lead, and follows when it wakes up", async () => {
  const { first, second } = await twoTabs();
  channels.freeze(0);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(second.connection.leads()).toBe(true);
  expect(first.connection.leads()).toBe(false);
  expect(first.socket().stop).toHaveBeenCalled();
});

it("the lead stays where it is while it answers, whatever the number of tabs", async () => {
  const { first } = await twoTabs();
  openTab();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(first.connection.leads()).toBe(true);
});

it("two tabs that follow do not take each other for the one that leads", async () => {
  const { first, second } = await twoTabs();
  const third = openTab();
  await settle();
  channels.freeze(0);
  await vi.advanceTimersByTimeAsync(20_000);
  expect([second, third].filter((tab) => tab.connection.leads())).toHaveLength(1);
  expect(first.connection.leads()).toBe(false);
});

it("a conversation is closed when no tab shows it any more, also when a tab goes without a word", async () => {
  const { first, second } = await twoTabs();
  const open = { conversation_id: "c" };
  await first.connection.request("conversation.open", open);
  void second.connection.request("conversation.open", open);
  await settle();
  await first.connection.request("conversation.close", open);
  expect(first.socket().asked.map(([type]) => type)).not.toContain("conversation.close");
  second.connection.stop();
  await settle();
  expect(first.socket().asked.at(-1)).toEqual(["conversation.close", open]);
});

it("people are watched for all tabs together", async () => {
  const { first, second } = await twoTabs();
  await first.connection.request("presence.watch", { user_ids: ["a", "b"] });
  void second.connection.request("presence.watch", { user_ids: ["b", "c"] });
  await settle();
  expect(first.socket().asked.at(-1)).toEqual(["presence.watch", { user_ids: ["a", "b", "c"] }]);
});

it("what was asked of a connection that is gone is refused, not waited for", async () => {
  const { first, second } = await twoTabs();
  first.socket().request = () => new Promise<never>(() => undefined);
  const refusal = second.connection.request("message.send", {}).catch((cause: ApiError) => cause.code);
  await settle();
  first.socket().open();
  await settle();
  expect(await Promise.race([refusal, "still waits"])).toBe("network");
});

it("without locks each tab has its own socket", () => {
  const socket = vi.fn((events: ConnectionEvents) => new Socket(events));
  const nothing = () => undefined;
  const rest = { onHello: nothing, onEvent: nothing, onLead: nothing, onPost: nothing };
  const alone = new SharedConnection({ name: "ada", connect: socket, ...rest });
  tabs.push(alone);
  alone.start();
  expect(alone.leads()).toBe(true);
});

it("tabs talk to one another besides", async () => {
  const { first, second } = await twoTabs();
  second.connection.post({ outbox: "changed" });
  await settle();
  expect(first.heard.at(-1)).toEqual({ outbox: "changed" });
});
