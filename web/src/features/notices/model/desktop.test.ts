import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { askPermission, closeDesktop, permission, showDesktop } from "./desktop";

const open: { title: string; options: NotificationOptions; onclick?: () => void; close: () => void }[] = [];

class BrowserNotification {
  static permission: NotificationPermission = "granted";
  static requestPermission = vi.fn(async () => undefined);
  onclick: (() => void) | undefined;
  close = vi.fn();
  constructor(
    readonly title: string,
    readonly options: NotificationOptions,
  ) {
    open.push(this as never);
  }
}

const note = { title: "Ben", body: "hello", tag: "c1", path: "/c/c1", onOpen: vi.fn() };

beforeEach(() => {
  open.length = 0;
  BrowserNotification.permission = "granted";
  vi.stubGlobal("isSecureContext", true);
  vi.stubGlobal("Notification", BrowserNotification);
  vi.stubGlobal("focus", vi.fn());
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.clearAllMocks();
});

const withWorker = (registration: object) =>
  vi.stubGlobal("navigator", { serviceWorker: { getRegistration: async () => registration } });

it("a click on it leads to what it tells of", async () => {
  await showDesktop(note);
  open[0]?.onclick?.();
  expect(note.onOpen).toHaveBeenCalled();
  expect(open[0]?.close).toHaveBeenCalled();
});

it("is taken away when it is read elsewhere", async () => {
  await showDesktop(note);
  await closeDesktop("c1");
  expect(open[0]?.close).toHaveBeenCalled();
});

it("is shown and taken away by the service worker where there is one", async () => {
  const showNotification = vi.fn(async () => undefined);
  const kept = { close: vi.fn() };
  withWorker({ showNotification, getNotifications: async ({ tag }: { tag: string }) => (tag === "c1" ? [kept] : []) });
  await showDesktop(note);
  expect(showNotification).toHaveBeenCalledWith("Ben", expect.objectContaining({ tag: "c1", data: { url: "/c/c1" } }));
  expect(open).toEqual([]);
  await closeDesktop("c1");
  expect(kept.close).toHaveBeenCalled();
});

it("shows nothing that was not allowed", async () => {
  BrowserNotification.permission = "denied";
  await showDesktop(note);
  expect(open).toEqual([]);
});

it("asks only who has not answered yet", async () => {
  await askPermission();
  expect(BrowserNotification.requestPermission).not.toHaveBeenCalled();
  BrowserNotification.permission = "default";
  await askPermission();
  expect(BrowserNotification.requestPermission).toHaveBeenCalledOnce();
});

it("knows where there are none", () => {
  vi.stubGlobal("isSecureContext", false);
  expect(permission()).toBe("insecure");
});
