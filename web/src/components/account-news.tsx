// What is to be known of an account that this tab does not show: how much is unread in it, or that it is signed out.
import type { KnownAccount } from "@/sdk/account-list";
import { texts } from "@/texts/texts";
import styles from "./account-news.module.css";

export function AccountNews({ account: { unread, ended } }: { account: KnownAccount }) {
  if (ended) return <span className={styles.ended}>{texts.account.menu.ended}</span>;
  if (unread === 0) return null;
  return (
    <span className={styles.badge}>
      <span aria-hidden="true">{unread > 99 ? "99+" : unread}</span>
      <span className="visually-hidden">{texts.inbox.unread(unread)}</span>
    </span>
  );
}
