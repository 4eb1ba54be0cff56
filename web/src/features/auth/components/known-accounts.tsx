// Accounts that are signed in on this browser: one press shows them in this tab.
import { AccountNews } from "@/components/account-news";
import { Avatar } from "@/components/avatar";
import { Icon } from "@/components/icon";
import { useAccounts, useServer } from "@/lib/client-context";
import { useSwitchAccount } from "@/lib/use-switch-account";
import { texts } from "@/texts/texts";
import styles from "./known-accounts.module.css";

export function KnownAccounts() {
  const known = useAccounts();
  const { others } = useServer();
  const switchTo = useSwitchAccount();
  if (known.length === 0) return null;
  return (
    <section className={styles.known} aria-label={texts.auth.continueAs}>
      <p>{texts.auth.continueAs}</p>
      <ul>
        {known.map((account) => (
          <li key={account.sessionId}>
            <button type="button" onClick={() => switchTo(account)}>
              <Avatar user={account.user} size={36} />
              <span>
                <strong dir="auto">{account.user.display_name}</strong>
                {account.ended ? <small>{texts.account.menu.ended}</small> : <bdi>@{account.user.username}</bdi>}
              </span>
              {!account.ended && <AccountNews account={account} />}
            </button>
            {account.ended && (
              <button
                type="button"
                className={styles.remove}
                aria-label={texts.auth.removeKnown(account.user.display_name)}
                onClick={() => others.remove(account.sessionId)}
              >
                <Icon name="close" size={18} />
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
