// Shows what is unread in all accounts of this browser in the title, the icon of the tab and that of the app.
import { useEffect } from "react";
import { useAccounts, useServer, useSession } from "@/lib/client-context";
import { useInbox } from "@/lib/live/use-inbox";
import { showUnread } from "../model/badge";

export function UnreadBadge() {
  const { accounts } = useServer();
  const state = useSession();
  const { totalUnread, isLoading } = useInbox();
  const sessionId = state.status === "signed-in" ? state.sessionId : undefined;
  const others = useAccounts()
    .filter((account) => account.sessionId !== sessionId)
    .reduce((sum, account) => sum + account.unread, 0);
  useEffect(() => {
    if (sessionId !== undefined && !isLoading) accounts.setUnread(sessionId, totalUnread);
  }, [accounts, sessionId, totalUnread, isLoading]);
  useEffect(() => showUnread(totalUnread + others), [totalUnread, others]);
  useEffect(() => () => showUnread(0), []);
  return null;
}
