// Tabs of one browser share the sessions: signing out of an account in one signs out of it in all that show it.
import { useEffect } from "react";
import type { AccountList } from "@/sdk/account-list";
import type { SessionStore } from "@/sdk/session-store";

export function useSharedSession(session: SessionStore, accounts: AccountList): void {
  useEffect(() => {
    const changed = () => {
      accounts.refresh();
      const state = session.getState();
      // Somebody signed in elsewhere; a tab that has not chosen shows them too.
      if (state.status === "signed-out") void session.restore();
      if (state.status !== "signed-in") return;
      const { sessionId, user } = state;
      if (accounts.getAccounts().some((account) => account.sessionId === sessionId)) return;
      // The same account may have signed in again elsewhere: its new session is as good.
      const again = accounts.getAccounts().find((account) => account.user.id === user.id);
      if (again) void session.switchTo(again.sessionId);
      else session.clear();
    };
    window.addEventListener("storage", changed);
    return () => window.removeEventListener("storage", changed);
  }, [session, accounts]);
}
