// The present day, which changes at midnight of the device and when it wakes up, not a minute later.
import { useEffect, useState } from "react";

const LONGEST_MS = 60 * 60_000;

export function useToday(): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const look = () => {
      clearTimeout(timer);
      const present = new Date();
      setNow((before) => (before.toDateString() === present.toDateString() ? before : present));
      const midnight = new Date(present.getFullYear(), present.getMonth(), present.getDate() + 1).getTime();
      timer = setTimeout(look, Math.min(midnight - present.getTime() + 50, LONGEST_MS));
    };
    look();
    document.addEventListener("visibilitychange", look);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, []);
  return now;
}
