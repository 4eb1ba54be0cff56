// Which files the first picture of a screen is made of, and how they are put together: what a screen needs is in few
// chunks, because each small one costs a request of its own and compresses badly.
import { fileURLToPath } from "node:url";

const SETTINGS = ["app/signed-in-page.tsx", "app/settings-list.tsx", "app/settings-page.tsx"];

/** Screens by the files that hold them; those beside one another are needed together. A message with marks needs the parser beside. */
export const SCREENS: Record<string, readonly string[]> = {
  "sign in": ["app/sign-in-page.tsx"],
  "sign up": ["app/sign-up-page.tsx"],
  "forgotten password": ["app/forgot-password-page.tsx"],
  "new password": ["app/reset-password-page.tsx"],
  "verified email": ["app/verify-email-page.tsx"],
  conversations: ["app/signed-in-page.tsx", "app/home-page.tsx"],
  welcome: ["app/signed-in-page.tsx", "app/welcome-page.tsx"],
  "a conversation": ["app/signed-in-page.tsx", "app/chat-page.tsx"],
  people: ["app/signed-in-page.tsx", "app/home-page.tsx", "features/people/components/people-section.tsx"],
  "a person": ["app/signed-in-page.tsx", "app/person-page.tsx"],
  rooms: ["app/signed-in-page.tsx", "app/home-page.tsx", "features/conversations/components/room-list.tsx"],
  "a room": ["app/signed-in-page.tsx", "app/room-page.tsx"],
  "own profile": [...SETTINGS, "features/account/components/profile-settings.tsx"],
  privacy: [...SETTINGS, "features/account/components/privacy-settings.tsx"],
  security: [...SETTINGS, "features/account/components/security-settings.tsx"],
  appearance: [...SETTINGS, "features/account/components/appearance-settings.tsx"],
  notifications: [
    ...SETTINGS,
    "features/account/components/notification-settings.tsx",
    "features/notices/components/device-notifications.tsx",
  ],
};

interface Graph {
  getModuleInfo: (id: string) => { importedIds?: readonly string[] } | null;
}

/** Where the client starts; it waits for its texts, so nothing may be put into one chunk with it. */
const START = source("main.tsx");
const FRAME = source("app/signed-in-page.tsx");
const CHAT = source("app/chat-page.tsx");

const reached = new Map<string, ReadonlySet<string>>();

/** The chunk that a module belongs to; `null` leaves that to the bundler. */
export function chunkOf(id: string, graph: Graph): string | null {
  const from = (root: string) => reachedFrom(root, graph).has(id);
  if (id === START) return null;
  if (from(START)) return "base";
  const others = Object.values(SCREENS).flatMap((files) => files.map(source));
  const without = (...own: string[]) => others.every((root) => own.includes(root) || !from(root));
  const signedOut = others.slice(0, SIGNED_OUT);
  if (from(FRAME)) return signedOut.some(from) ? null : "frame";
  return from(CHAT) && without(CHAT) ? "chat" : null;
}

/** How many of the screens are those of nobody yet. */
const SIGNED_OUT = 5;

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

function source(path: string): string {
  return fileURLToPath(new URL(`../src/${path}`, import.meta.url));
}
