// The frame of the signed-in client: people and conversations on the left, or the list of the settings; what is open on
// the right. On a phone one of the two at a time.
import { Outlet, useLocation } from "@tanstack/react-router";
import type { MouseEvent } from "react";
import { Toasts } from "@/components/toast";
import { useEndOfQuiet } from "@/features/account/components/use-own-presence";
import { ArrivalNotice } from "@/features/auth/components/arrival-notice";
import { VerifyEmailBanner } from "@/features/auth/components/verify-email-banner";
import { later } from "@/lib/later";
import { texts } from "@/texts/texts";
import { FrameWindows } from "./frame-windows";
import { useKeyboard } from "./keyboard";
import { MAIN_ID } from "./panes";
import styles from "./shell.module.css";
import { Sidebar } from "./sidebar";
import { useAccountTheme } from "./use-account-theme";

const ConnectionBanner = later(() => import("@/components/connection-banner").then((part) => part.ConnectionBanner));
const SettingsList = later(() => import("./settings-list").then((part) => part.SettingsList));

/** The addresses at which a phone shows the left pane. */
const LISTS: ReadonlySet<string> = new Set(["/", "/people", "/rooms", "/settings"]);

export function Shell() {
  const { pathname } = useLocation();
  const inSettings = pathname.startsWith("/settings");
  useKeyboard();
  useEndOfQuiet();
  useAccountTheme();
  return (
    <div className={styles.shell} data-detail={!LISTS.has(pathname) || undefined}>
      <a className={styles.skip} href={`#${MAIN_ID}`} onClick={toMain}>
        {texts.app.skip}
      </a>
      <ConnectionBanner />
      <ArrivalNotice />
      <div className={styles.reminder}>
        <VerifyEmailBanner />
      </div>
      <div className={styles.panes}>
        {inSettings ? <SettingsList /> : <Sidebar />}
        <main id={MAIN_ID} className={styles.detail} tabIndex={-1}>
          <Outlet />
        </main>
      </div>
      <FrameWindows />
      <Toasts />
    </div>
  );
}

/** The address stays what it is: its fragment is not ours to use. */
function toMain(event: MouseEvent): void {
  event.preventDefault();
  document.getElementById(MAIN_ID)?.focus();
}
