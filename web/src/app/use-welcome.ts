// Whether somebody is new here, and has not put the welcome away yet.
import { useState } from "react";
import { useLive } from "@/lib/client-context";

const NEW_FOR_MS = 7 * 24 * 60 * 60 * 1000;

/** Whether the account is new and the welcome was not put away; and how it is. */
export function useWelcome(): [boolean, () => void] {
  const { me } = useLive();
  const key = `pulse.welcomed.${me.id}`;
  const [away, setAway] = useState(() => localStorage.getItem(key) !== null);
  const isNew = Date.now() - Date.parse(me.created_at) < NEW_FOR_MS;
  const close = () => {
    localStorage.setItem(key, "yes");
    setAway(true);
  };
  return [isNew && !away, close];
}
