// What this device does when something comes: chosen here, for here.

const KEY = "pulse.notices";

export interface DeviceSettings {
  /** Show desktop notifications, when the browser allows them. */
  desktop: boolean;
  /** Say in them what was written. */
  preview: boolean;
  sound: boolean;
  /** Until when nothing pops up and nothing sounds, in milliseconds; 0: it may. */
  quietUntil: number;
}

export const FOR_GOOD = 8.64e15;

const DEFAULTS: DeviceSettings = { desktop: true, preview: true, sound: true, quietUntil: 0 };

let text: string | null = null;
let settings = DEFAULTS;
const listeners = new Set<() => void>();

/** The same object until something changes. */
export function deviceSettings(): DeviceSettings {
  const stored = localStorage.getItem(KEY);
  if (stored !== text) {
    text = stored;
    settings = { ...DEFAULTS, ...parse(stored) };
  }
  return settings;
}

export function changeDeviceSettings(change: Partial<DeviceSettings>): void {
  localStorage.setItem(KEY, JSON.stringify({ ...deviceSettings(), ...change }));
  for (const listener of listeners) listener();
}

export function subscribeDeviceSettings(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener("storage", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", listener);
  };
}

export function isQuiet(now = Date.now()): boolean {
  return deviceSettings().quietUntil > now;
}

function parse(stored: string | null): Partial<DeviceSettings> {
  try {
    return JSON.parse(stored ?? "{}") as Partial<DeviceSettings>;
  } catch {
    return {};
  }
}
