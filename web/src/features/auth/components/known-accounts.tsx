// Accounts that are signed in on this browser: one press shows them in this tab.
import { Avatar } from "@/components/avatar";
import { useAccounts, useServer } from "@/lib/client-context";
import { texts } from "@/texts/texts";
import styles from "./known-accounts.module.css";

export function KnownAccounts() {
  const accounts = useAccounts();
  const { session } = useServer();
  if (accounts.length === 0) return null;
  return (
    <section className={styles.known} aria-label={texts.auth.continueAs}>
      <p>{texts.auth.continueAs}</p>
      <ul>
        {accounts.map(({ sessionId, user }) => (
          <li key={sessionId}>
            <button type="button" onClick={() => void session.switchTo(sessionId)}>
              <Avatar user={user} size={36} />
              <span>
                <strong dir="auto">{user.display_name}</strong>
                <bdi>@{user.username}</bdi>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
