// The frame of the signed-in client: people and conversations on the left, what is open on the right. On a phone one of
// the two at a time.
import { Outlet, useLocation } from "@tanstack/react-router";
import { ConnectionBanner } from "@/components/connection-banner";
import { Toasts } from "@/components/toast";
import { ArrivalNotice } from "@/features/auth/components/arrival-notice";
import { VerifyEmailBanner } from "@/features/auth/components/verify-email-banner";
import styles from "./shell.module.css";
import { Sidebar } from "./sidebar";

/** The addresses at which a phone shows the left pane. */
const LISTS: ReadonlySet<string> = new Set(["/", "/people", "/rooms"]);

export function Shell() {
  const { pathname } = useLocation();
  return (
    <div className={styles.shell} data-detail={!LISTS.has(pathname) || undefined}>
      <ConnectionBanner />
      <ArrivalNotice />
      <div className={styles.reminder}>
        <VerifyEmailBanner />
      </div>
      <div className={styles.panes}>
        <Sidebar />
        <main className={styles.detail}>
          <Outlet />
        </main>
      </div>
      <Toasts />
    </div>
  );
}
