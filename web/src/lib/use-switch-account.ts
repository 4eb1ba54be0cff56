// Shows another account of this browser in this tab; one whose session has ended signs in again first.
import type { KnownAccount } from "@/sdk/account-list";
import { useServer } from "./client-context";

export function useSwitchAccount(): (account: KnownAccount) => void {
  const { session } = useServer();
  return ({ sessionId, user, ended }) => {
    if (ended) session.leave(user.username);
    else void session.switchTo(sessionId);
  };
}
