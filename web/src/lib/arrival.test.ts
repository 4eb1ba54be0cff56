import { afterEach, beforeEach, expect, it } from "vitest";
import { Arrival } from "./arrival";

let page: ConstructorParameters<typeof Arrival>[0];
let leave: AbortController;

// Each test has a page of its own: what an earlier one listens to would take the fragment first.
beforeEach(() => {
  leave = new AbortController();
  const addEventListener = (type: string, listener: EventListenerOrEventListenerObject) =>
    window.addEventListener(type, listener, { signal: leave.signal });
  page = { location: window.location, history: window.history, addEventListener };
});
afterEach(() => {
  leave.abort();
  window.history.replaceState(null, "", "/");
});

it("takes what came in the fragment out of the address bar", () => {
  window.history.replaceState({ kept: 1 }, "", "/reset-password?from=mail#token=a-b_c.d");
  const arrival = new Arrival(page);
  expect(arrival.getState()).toEqual({ token: "a-b_c.d" });
  expect(window.location.href).toMatch(/\/reset-password\?from=mail$/);
  expect(window.history.state).toEqual({ kept: 1 });
});

it("leaves fragments alone that are not ours", () => {
  window.history.replaceState(null, "", "/#section");
  expect(new Arrival(page).getState()).toEqual({});
  expect(window.location.hash).toBe("#section");
});

it("notices another link that is pasted into the same page", async () => {
  const arrival = new Arrival(page);
  const told = new Promise<void>((resolve) => arrival.subscribe(resolve));
  window.location.hash = "#token=second";
  await told;
  expect(arrival.getState()).toEqual({ token: "second" });
  expect(window.location.hash).toBe("");
});

it("forgets what was used and keeps the rest", () => {
  window.history.replaceState(null, "", "/#code=c1&error=expired");
  const arrival = new Arrival(page);
  arrival.forget("code");
  expect(arrival.getState()).toEqual({ error: "expired" });
});
