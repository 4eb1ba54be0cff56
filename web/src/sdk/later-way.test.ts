import { expect, it, vi } from "vitest";
import { laterWay } from "./later-way";
import type { Way, Wire } from "./wire";

function fakeWire() {
  return { onmessage: null, onclose: null, send: vi.fn(), close: vi.fn() } as Wire & { send: unknown };
}

it("what is sent before the way is there goes out when it is, and what comes is told", async () => {
  const wire = fakeWire();
  const open = vi.fn(() => wire);
  const later = laterWay("polling", async () => ({ transport: "polling", open })).open("token");
  const heard: unknown[] = [];
  later.onmessage = ({ data }) => heard.push(data);
  later.onclose = ({ code }) => heard.push(code);
  later.send("first");
  await vi.waitFor(() => expect(open).toHaveBeenCalledWith("token"));
  later.send("second");
  expect(vi.mocked(wire.send).mock.calls).toEqual([["first"], ["second"]]);
  wire.onmessage?.({ data: "hello" });
  wire.onclose?.({ code: 4401 });
  expect(heard).toEqual(["hello", 4401]);
});

it("a way that can't be fetched is one that does not get through", async () => {
  const later = laterWay("events", () => Promise.reject(new Error("no network"))).open("token");
  const code = await new Promise((resolve) => {
    later.onclose = (close) => resolve(close.code);
  });
  expect(code).toBe(1006);
});

it("one that was given up is never opened", async () => {
  let come: (way: Way) => void = () => undefined;
  const open = vi.fn(fakeWire);
  const way = new Promise<Way>((resolve) => {
    come = resolve;
  });
  laterWay("events", () => way)
    .open("token")
    .close();
  come({ transport: "events", open });
  await way;
  expect(open).not.toHaveBeenCalled();
});
