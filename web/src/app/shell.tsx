// The frame of the signed-in client: people and conversations on the left, what is open on the right. On a phone one of
// the two at a time.
import { Outlet, useLocation } from "@tanstack/react-router";
import { ConnectionBanner } from "@/components/connection-banner";
import { ArrivalNotice } from "@/features/auth/components/arrival-notice";
import { VerifyEmailBanner } from "@/features/auth/components/verify-email-banner";
import styles from "./shell.module.css";
import { Sidebar } from "./sidebar";

export function Shell() {
  const { pathname } = useLocation();
  return (
    <div className={styles.shell} data-detail={pathname !== "/" || undefined}>
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
    </div>
  );
}
