// How long to wait before the next attempt: exponential with full jitter, so that a crowd does not come back at once.

const FIRST_MS = 500;
const LONGEST_MS = 30_000;

/** A random wait from 0.5 s up to 1 s, 2 s, 4 s ... 30 s for attempt 0, 1, 2 ... `random` gives [0, 1). */
export function backoffMs(attempt: number, random: () => number): number {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt + 1, 16));
  return Math.round(FIRST_MS + random() * (ceiling - FIRST_MS));
}
