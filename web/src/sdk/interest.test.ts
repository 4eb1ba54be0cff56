import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ApiError, networkError } from "./api-error";
import { Interest } from "./interest";

const request = vi.fn<(type: string, data: object) => Promise<unknown>>();
const onOpened = vi.fn();
const onPresences = vi.fn();
const told = () => request.mock.calls.map(([type, data]) => [type, Object.values(data)[0]]);
const gathered = () => vi.advanceTimersByTimeAsync(100);

function interest() {
  return new Interest({ connection: { request: request as never }, onOpened, onPresences });
}

beforeEach(() => {
  vi.useFakeTimers();
  request
    .mockReset()
    .mockImplementation(async (type) => (type === "presence.watch" ? { presences: [1] } : { version: 3 }));
  onOpened.mockReset();
  onPresences.mockReset();
});
afterEach(() => void vi.useRealTimers());

it("opens what is shown, once, until nobody shows it any more", async () => {
  const open = interest();
  const [first, second] = [open.open("c1"), open.open("c1")];
  await gathered();
  expect(told()).toEqual([["conversation.open", "c1"]]);
  expect(onOpened).toHaveBeenCalledWith("c1", { version: 3 });
  first();
  first();
  await gathered();
  expect(told()).toHaveLength(1);
  second();
  await gathered();
  expect(told().at(-1)).toEqual(["conversation.close", "c1"]);
});

it("what comes and goes at once is not told", async () => {
  interest().open("c1")();
  await gathered();
  expect(told()).toEqual([]);
});

it("watches all who are shown by one list, and tells it only when it changes", async () => {
  const people = interest();
  people.watch(["u1", "u2"]);
  const again = people.watch(["u2", "u3"]);
  await gathered();
  expect(told()).toEqual([["presence.watch", ["u1", "u2", "u3"]]]);
  expect(onPresences).toHaveBeenCalledWith([1]);
  people.watch(["u1"]);
  await gathered();
  expect(told()).toHaveLength(1);
  again();
  await gathered();
  expect(told().at(-1)).toEqual(["presence.watch", ["u1", "u2"]]);
});

it("never watches more than may be, and the latest of them", async () => {
  interest().watch(Array.from({ length: 250 }, (_, index) => `u${index}`));
  await gathered();
  const [, watched] = told()[0] ?? [];
  expect(watched).toHaveLength(200);
  expect(watched).toContain("u249");
});

it("tells a new connection all of it again", async () => {
  const all = interest();
  all.open("c1");
  all.watch(["u1"]);
  await gathered();
  request.mockClear();
  all.connected();
  expect(told()).toEqual([
    ["conversation.open", "c1"],
    ["presence.watch", ["u1"]],
  ]);
});

it("tells again what did not get through", async () => {
  const all = interest();
  request.mockRejectedValueOnce(networkError());
  all.open("c1");
  await gathered();
  all.watch(["u1"]);
  await gathered();
  expect(told().filter(([type]) => type === "conversation.open")).toHaveLength(2);
});

it("tells again after a while what was refused, less and less often, and no longer than it is shown", async () => {
  const refusal = new ApiError(0, "not_member", "not a member yet");
  request.mockRejectedValueOnce(refusal).mockRejectedValueOnce(refusal);
  const all = new Interest({ connection: { request: request as never }, onOpened, onPresences, random: () => 1 });
  const close = all.open("c1");
  await gathered();
  await vi.advanceTimersByTimeAsync(950);
  expect(told()).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(100);
  expect(told()).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(1_900);
  expect(told()).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(200);
  expect(told()).toHaveLength(3);
  expect(onOpened).toHaveBeenCalledWith("c1", { version: 3 });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(told()).toHaveLength(3);

  request.mockRejectedValue(refusal);
  all.open("c2")();
  close();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(told().filter(([type]) => type === "conversation.open")).toHaveLength(3);
});

it("asks anew what may have been missed, once, and closes it when it is not shown any more", async () => {
  const all = new Interest({ connection: { request: request as never }, onOpened, onPresences, random: () => 0 });
  const close = all.open("c1");
  all.open("c2");
  all.watch(["u1"]);
  await gathered();
  request.mockClear();
  all.missed(["c1", "elsewhere"]);
  all.missed(["c1"]);
  await gathered();
  expect(told(), "not at once").toEqual([]);
  await vi.advanceTimersByTimeAsync(500);
  expect(told()).toEqual([["conversation.open", "c1"]]);
  expect(onOpened).toHaveBeenLastCalledWith("c1", { version: 3 });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(told()).toHaveLength(1);

  request.mockClear();
  all.missed();
  close();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(told()).toEqual([
    ["conversation.open", "c2"],
    ["conversation.close", "c1"],
    ["presence.watch", ["u1"]],
  ]);
});

it("leaves it to the next connection what the lost one did not take", async () => {
  request.mockRejectedValue(networkError());
  interest().open("c1");
  await gathered();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(told()).toHaveLength(1);
});
