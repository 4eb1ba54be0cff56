// Which files the first picture of a screen is made of, and how they are put together: what a screen needs is in few
// chunks, because each small one costs a request of its own and compresses badly.
import { fileURLToPath } from "node:url";

/** Whom a screen is for: people who are not signed in, those who are, or both. */
export type Who = "visitor" | "member" | "anybody";

interface Screen {
  who: Who;
  /** The addresses at which it is the first picture, as a regular expression; the first screen that fits counts. */
  at: string;
  /** The files that hold it; they are needed together. */
  files: readonly string[];
  /** What it asks the server for at once, if anybody may. */
  asks?: string[];
}

const WITHIN_ALL = ["app/signed-in-page.tsx", "texts/en-more.ts"];
const HOME = [...WITHIN_ALL, "app/home-page.tsx"];
const SETTINGS = [...WITHIN_ALL, "texts/en/settings.ts", "app/settings-list.tsx", "app/settings-page.tsx"];

const visitor = (at: string, ...files: string[]): Screen => ({ who: "visitor", at, files });
const anybody = (at: string, ...files: string[]): Screen => ({ who: "anybody", at, files });
const member = (at: string, ...files: string[]): Screen => ({ who: "member", at, files });

/** A message with marks needs the parser beside. */
export const SCREENS: Record<string, Screen> = {
  "sign up": visitor("^/sign-up$", "app/sign-up-page.tsx"),
  "forgotten password": anybody("^/forgot-password$", "app/forgot-password-page.tsx"),
  "new password": anybody("^/reset-password$", "app/reset-password-page.tsx"),
  "verified email": anybody("^/verify-email$", "app/verify-email-page.tsx"),
  // Whatever they ask for, visitors are sent there.
  "sign in": { ...visitor("", "app/sign-in-page.tsx"), asks: ["/v1/auth/providers"] },
  conversations: member("^/(sign-in|sign-up)?$", ...HOME),
  welcome: member("^/welcome$", ...WITHIN_ALL, "app/welcome-page.tsx"),
  "a conversation": member("^/c/", ...WITHIN_ALL, "app/chat-page.tsx"),
  people: member("^/people$", ...HOME, "features/people/components/people-section.tsx"),
  "a person": member("^/people/", ...WITHIN_ALL, "app/person-page.tsx"),
  "a person by name": member("^/u/", ...WITHIN_ALL, "app/person-named-page.tsx", "app/person-page.tsx"),
  rooms: member("^/rooms$", ...HOME, "features/conversations/components/room-list.tsx"),
  "a room": member("^/rooms/", ...WITHIN_ALL, "app/room-page.tsx"),
  "own profile": member("^/settings(/profile)?$", ...SETTINGS, "features/account/components/profile-settings.tsx"),
  privacy: member("^/settings/privacy$", ...SETTINGS, "features/account/components/privacy-settings.tsx"),
  security: member("^/settings/security$", ...SETTINGS, "features/account/components/security-settings.tsx"),
  appearance: member("^/settings/appearance$", ...SETTINGS, "features/account/components/appearance-settings.tsx"),
  notifications: member(
    "^/settings/notifications$",
    ...SETTINGS,
    "features/account/components/notification-settings.tsx",
    "features/notices/components/device-notifications.tsx",
  ),
};

interface Graph {
  getModuleInfo: (id: string) => { importedIds?: readonly string[] } | null;
}

/** Where the client starts; it waits for its texts, so nothing may be put into one chunk with it. */
const START = source("main.tsx");
/** What every screen behind the sign-in needs, with the small pages that are seen first. */
const FRAME = ["app/signed-in-page.tsx", "app/home-page.tsx", "app/settings-home.tsx"].map(source);
const CHAT = source("app/chat-page.tsx");
const WAY_IN = rootsOf(({ who }) => who !== "member");
const WITHIN = rootsOf(({ who }) => who === "member");

/** What menus, windows and popovers are made of. */
const WINDOWS = /\/node_modules\/(@base-ui|@floating-ui|tabbable)\//;

const reached = new Map<string, ReadonlySet<string>>();

/** The chunk that a module belongs to; `null` leaves that to the bundler. */
export function chunkOf(id: string, graph: Graph): string | null {
  const from = (root: string) => reachedFrom(root, graph).has(id);
  if (id === START) return null;
  if (/\/node_modules\/(react|react-dom|scheduler)\//.test(id)) return "react";
  if (from(START)) return "base";
  const wayIn = WAY_IN.filter(from).length;
  if (FRAME.some(from)) return wayIn > 0 ? "base" : "frame";
  const within = WITHIN.filter(from);
  if (wayIn > 0 && within.length > 0) return "forms";
  if (wayIn > 1) return "way-in";
  // Menus and windows come together, in a quiet moment: as many small chunks they cost a request each.
  if (wayIn + within.length === 0 && WINDOWS.test(id)) return "windows";
  if (!within.includes(CHAT)) return null;
  // A chat is the heaviest: what it shares with others compresses better in one chunk than in many small ones.
  return within.length === 1 ? "chat" : "frame";
}

function reachedFrom(root: string, graph: Graph): ReadonlySet<string> {
  const known = reached.get(root);
  if (known) return known;
  const all = new Set<string>();
  const left = [root];
  for (let id = left.pop(); id !== undefined; id = left.pop()) {
    if (all.has(id)) continue;
    all.add(id);
    left.push(...(graph.getModuleInfo(id)?.importedIds ?? []));
  }
  reached.set(root, all);
  return all;
}

function rootsOf(wanted: (screen: Screen) => boolean): string[] {
  const files = Object.values(SCREENS)
    .filter(wanted)
    .flatMap((screen) => screen.files);
  return [...new Set(files)].map(source);
}

function source(path: string): string {
  return fileURLToPath(new URL(`../src/${path}`, import.meta.url));
}
