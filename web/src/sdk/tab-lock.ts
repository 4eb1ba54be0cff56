// Locks that the tabs of a browser share.

/** Held by the tab that has the connection of an account, as long as any tab shows it. */
export const liveLock = (userId: string): string => `pulse.live.${userId}`;

/** Whether any tab holds it. */
export async function isHeld(locks: LockManager, name: string): Promise<boolean> {
  const { held = [] } = await locks.query();
  return held.some((lock) => lock.name === name);
}

/** Holds a lock until `until` aborts or another tab takes it away; resolves then. `granted` is called when it is held. */
export async function holdLock(
  locks: LockManager,
  name: string,
  until: AbortSignal,
  granted: () => void,
  steal = false,
): Promise<void> {
  const held = () => {
    if (until.aborted) return undefined;
    granted();
    return new Promise<void>((resolve) => until.addEventListener("abort", () => resolve()));
  };
  await locks.request(name, steal ? { steal } : { signal: until }, held).catch(() => undefined);
}

/** Calls `gone` once nobody holds the lock any more. */
export function whenFree(locks: LockManager, name: string, until: AbortSignal, gone: () => void): void {
  void locks.request(name, { signal: until }, gone).catch(() => undefined);
}
