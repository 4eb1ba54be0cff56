// Whether the person looks at any tab of this browser: then no notification of the desktop is needed.

const KEY = "pulse.attended";
const FRESH_MS = 8_000;
const REPEAT_MS = 3_000;

/** Says that this tab is looked at, until the function that is given back is called. */
export function attend(): () => void {
  const say = () => localStorage.setItem(KEY, String(Date.now()));
  say();
  const timer = setInterval(say, REPEAT_MS);
  return () => {
    clearInterval(timer);
    localStorage.removeItem(KEY);
  };
}

export function isAttended(now = Date.now()): boolean {
  return now - Number(localStorage.getItem(KEY) ?? 0) < FRESH_MS;
}
