// Where the client starts.
import { StrictMode, startTransition } from "react";
import { createRoot } from "react-dom/client";
import { App } from "@/app/app";
import { startWorker } from "@/app/new-version";
import { router } from "@/app/router";
import { listenForInstall } from "@/app/use-install";
import "@/app/global.css";
import { followAppearance, showAppearance, storedAppearance } from "@/lib/appearance";
import { Arrival } from "@/lib/arrival";
import { forgetDrafts } from "@/lib/drafts";
import { storedTheme } from "@/lib/show-theme";
import { followTheme, showTheme } from "@/lib/theme";
import { AccountList } from "@/sdk/account-list";
import { createApiClient, createPublicClient } from "@/sdk/api-client";
import { KeptSessions } from "@/sdk/kept-sessions";
import { OtherAccounts } from "@/sdk/other-accounts";
import type { SessionStoreOptions } from "@/sdk/session-state";
import { SessionStore } from "@/sdk/session-store";
import { loadTexts } from "@/texts/texts";

const arrival = new Arrival(window);
showTheme(storedTheme());
followTheme();
showAppearance(storedAppearance());
followAppearance();
listenForInstall();
await loadTexts();

const baseUrl = window.location.origin;
const accounts = new AccountList({ shared: localStorage, tab: sessionStorage });
const kept = new KeptSessions(accounts, forgetDrafts);
const exclusive: SessionStoreOptions["exclusive"] = async (task, sessionId) =>
  navigator.locks ? await navigator.locks.request(`pulse.session.${sessionId}`, task) : task();
const session = new SessionStore({ baseUrl, storage: accounts.sessionStorage, accounts, kept, exclusive });
const others = new OtherAccounts({
  baseUrl,
  accounts,
  kept,
  exclusive,
  shared: localStorage,
  locks: navigator.locks,
  isSeen: () => document.visibilityState === "visible",
  isOnline: () => navigator.onLine,
});
const api = createApiClient(baseUrl, session);
const server = { session, accounts, others, api, publicApi: createPublicClient(baseUrl) };

void session.restore();
router.update({ context: server });
// What is drawn first takes the place of the picture that the page came with: no moment is empty in between.
await router.load();

const root = document.getElementById("root");
if (root)
  // In small pieces of work: the page answers in between.
  startTransition(() =>
    createRoot(root).render(
      <StrictMode>
        <App server={server} others={others} arrival={arrival} />
      </StrictMode>,
    ),
  );

// While developing there is none: it would keep what has just been changed.
if (import.meta.env.PROD) startWorker();
