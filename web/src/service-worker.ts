/// <reference lib="webworker" />
// Keeps the client itself for use without a connection: the page, its scripts and styles, all of one build together.
// What the server knows is never kept here: `/v1` and `/.well-known` pass by untouched.

interface Shell {
  version: string;
  files: string[];
}

export {}; // Its names are its own.

declare const __SHELL__: Shell;
declare const self: ServiceWorkerGlobalScope;

const PREFIX = "pulse-shell-";
const CACHE = PREFIX + __SHELL__.version;
const PAGE = "/";

self.addEventListener("install", (event) => {
  event.waitUntil(keepShell());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(dropOlder().then(() => self.clients.claim()));
});

/** A new version waits until the person wants it: what is open would miss its own scripts otherwise. */
self.addEventListener("message", (event) => {
  if (event.data === "take-over") void self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (/^\/(v1|\.well-known)(\/|$)/.test(url.pathname)) return;
  if (request.mode === "navigate") event.respondWith(fromShell(PAGE, request));
  else if (/^\/(assets|emoji)\//.test(url.pathname)) event.respondWith(keptForGood(request));
  else if (__SHELL__.files.includes(url.pathname)) event.respondWith(fromShell(url.pathname, request));
});

/** A click on a notice leads to what it tells of: a page that is open already, or a new one. */
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const data: unknown = event.notification.data;
  const path = typeof data === "object" && data !== null && "url" in data ? String(data.url) : PAGE;
  event.waitUntil(show(new URL(path, self.location.origin)));
});

async function keepShell(): Promise<void> {
  const cache = await caches.open(CACHE);
  // The page must be this build's, whatever the browser keeps; hashed files can't be another's.
  await cache.addAll(__SHELL__.files.map((file) => new Request(file, file === PAGE ? { cache: "reload" } : {})));
}

async function dropOlder(): Promise<void> {
  const names = await caches.keys();
  const older = names.filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(older.map((name) => caches.delete(name)));
}

async function fromShell(path: string, request: Request): Promise<Response> {
  const kept = await caches.open(CACHE).then((cache) => cache.match(path, { ignoreVary: true }));
  return kept ?? fetch(request);
}

/** Fonts, names of emoji: what a page may need later, fetched when it does and kept as long as this build. */
async function keptForGood(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  // Modules are asked for with an `Origin`, on which answers vary; the file is the same.
  const kept = await cache.match(request, { ignoreVary: true });
  if (kept) return kept;
  const response = await fetch(request);
  if (response.status === 200) await cache.put(request, response.clone());
  return response;
}

async function show(url: URL): Promise<void> {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const page = pages.find((one) => one.url === url.href) ?? pages[0];
  if (!page) {
    await self.clients.openWindow(url.href);
    return;
  }
  // The page moves itself: a navigation from here would load it again.
  page.postMessage({ type: "open", path: url.pathname });
  await page.focus();
}
