// What the first picture does not need: it is fetched when there is nothing else to do, or when somebody is about to use
// it. Once it is there, it is drawn without a pause; who asks before that has it as soon as it comes.
import { type ComponentType, type JSX, lazy, type ReactNode, Suspense, useState } from "react";

type Fetch = () => Promise<unknown>;

const all: Fetch[] = [];
let next = 0;
let walking: Promise<void> | undefined;
const IDLE_MS = 2_000;
const AGAIN_MS = [1_000, 3_000];

/** Remembers what is to be fetched in a quiet moment; gives it back so that it is fetched once. */
export function fetchLater<T>(load: () => Promise<T>): () => Promise<T> {
  let fetched: Promise<T> | undefined;
  const fetchOnce = () => {
    fetched ??= attempt(load).catch((cause: unknown) => {
      fetched = undefined;
      throw cause;
    });
    return fetched;
  };
  all.push(fetchOnce);
  // A page that comes later brings its own.
  if (walking) walking = walking.then(walk);
  return fetchOnce;
}

interface Later<P extends object> {
  (props: P): ReactNode;
  /** For the moment in which somebody is about to use it. */
  preload: () => void;
  isThere: () => boolean;
}

/** A component that is fetched later. `waiting` stands in its place until then. */
export function later<P extends object>(
  load: () => Promise<ComponentType<P>>,
  waiting?: (props: P) => ReactNode,
): Later<P> {
  let known: ComponentType<P> | undefined;
  const fetchPart = fetchLater(async () => {
    known = await load();
    return known;
  });
  function Part(props: P) {
    // Chosen once: it would lose its state if another took its place.
    const [Chosen] = useState(() => known ?? lazy(async () => ({ default: await fetchPart() })));
    return (
      <Suspense fallback={waiting?.(props)}>
        <Chosen {...(props as P & JSX.IntrinsicAttributes)} />
      </Suspense>
    );
  }
  return Object.assign(Part, {
    preload: () => void fetchPart().catch(() => undefined),
    isThere: () => known !== undefined,
  });
}

/** Fetches everything, one after the other, whenever the page rests. */
export function fetchInQuiet(): void {
  walking ??= walk();
}

async function walk(): Promise<void> {
  for (let fetchPart = all[next]; fetchPart; fetchPart = all[next]) {
    next += 1;
    await quiet();
    await fetchPart().catch(() => undefined);
  }
}

/** Fetches everything at once. */
export async function fetchAll(): Promise<void> {
  await Promise.all(all.map((fetchPart) => fetchPart()));
}

const quiet = () =>
  new Promise<void>((resolve) => {
    // Not every browser knows when it rests.
    if ("requestIdleCallback" in globalThis) requestIdleCallback(() => resolve(), { timeout: IDLE_MS });
    else setTimeout(resolve, IDLE_MS / 10);
  });

/** A network that blinks is no reason to do without. */
async function attempt<T>(load: () => Promise<T>): Promise<T> {
  for (const pause of AGAIN_MS)
    try {
      return await load();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  return load();
}
