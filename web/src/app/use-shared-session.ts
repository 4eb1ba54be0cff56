// Tabs of one browser share the session: signing out in one signs out in all.
import { useEffect } from "react";
import { SESSION_STORAGE_KEY, type SessionStore } from "@/sdk/session-store";

export function useSharedSession(session: SessionStore): void {
  useEffect(() => {
    const changed = (event: StorageEvent) => {
      if (event.key !== SESSION_STORAGE_KEY) return;
      if (event.newValue === null) session.clear();
      else window.location.reload();
    };
    window.addEventListener("storage", changed);
    return () => window.removeEventListener("storage", changed);
  }, [session]);
}
