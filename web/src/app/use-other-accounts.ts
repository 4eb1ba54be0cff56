// What is unread in the accounts that no tab shows is asked as long as a tab is open, and at once when somebody comes back.
import { useEffect } from "react";
import type { OtherAccounts } from "@/sdk/other-accounts";

export function useOtherAccounts(others: OtherAccounts): void {
  useEffect(() => {
    const seen = () => (document.visibilityState === "visible" ? others.look() : others.hidden());
    others.start();
    document.addEventListener("visibilitychange", seen);
    for (const name of BACK) window.addEventListener(name, others.look);
    return () => {
      others.stop();
      document.removeEventListener("visibilitychange", seen);
      for (const name of BACK) window.removeEventListener(name, others.look);
    };
  }, [others]);
}

const BACK = ["focus", "online"] as const;
