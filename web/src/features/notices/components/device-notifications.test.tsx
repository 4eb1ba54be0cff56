import { screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { renderClient } from "@/testing/render";
import { deviceSettings } from "../model/device-settings";
import { playTone } from "../model/sound";
import { DeviceNotifications } from "./device-notifications";

vi.mock("../model/sound", () => ({ playTone: vi.fn() }));

const shown = vi.fn();

/** The browser's notifications, as far as it allows them; `answer` is what the person says when asked. */
function browserAllows(permission: NotificationPermission, answer: NotificationPermission = permission) {
  vi.stubGlobal("isSecureContext", true);
  class BrowserNotification {
    static permission = permission;
    static requestPermission = async () => {
      BrowserNotification.permission = answer;
    };
    close = vi.fn();
    constructor(title: string, options: NotificationOptions) {
      shown(title, options);
    }
  }
  vi.stubGlobal("Notification", BrowserNotification);
}

beforeEach(() => {
  localStorage.clear();
  vi.clearAllMocks();
});
afterEach(() => vi.unstubAllGlobals());

it("asks by a button, and then lets one try", async () => {
  browserAllows("default", "granted");
  const { user } = renderClient(<DeviceNotifications />);
  await user.click(screen.getByRole("button", { name: "Allow notifications" }));
  await user.click(await screen.findByRole("button", { name: "Send a test" }));
  await vi.waitFor(() => expect(shown).toHaveBeenCalledWith("It works", expect.objectContaining({ tag: "test" })));
  expect(playTone).toHaveBeenCalled();
});

it("explains a refusal, and what to do", async () => {
  browserAllows("default", "denied");
  const { user } = renderClient(<DeviceNotifications />);
  await user.click(screen.getByRole("button", { name: "Allow notifications" }));
  expect(await screen.findByText(/This browser blocks notifications/)).toHaveAttribute("role", "status");
  expect(screen.queryByRole("button", { name: "Allow notifications" })).toBeNull();
});

it("sees that the person has allowed them in the browser's own settings", async () => {
  browserAllows("denied");
  renderClient(<DeviceNotifications />);
  browserAllows("granted");
  window.dispatchEvent(new Event("focus"));
  expect(await screen.findByRole("button", { name: "Send a test" })).toBeVisible();
});

it("says that they need a secure connection", () => {
  browserAllows("default");
  vi.stubGlobal("isSecureContext", false);
  renderClient(<DeviceNotifications />);
  expect(screen.getByText("Notifications need a secure connection (https).")).toBeVisible();
});

it("keeps what the person chooses on this device", async () => {
  browserAllows("granted");
  const { user } = renderClient(<DeviceNotifications />);
  for (const name of ["Desktop notifications", "Show what was written", "Sounds"])
    await user.click(screen.getByRole("switch", { name }));
  expect(deviceSettings()).toMatchObject({ desktop: false, preview: false, sound: false });
  expect(screen.queryByRole("button", { name: "Send a test" })).toBeNull();
});
