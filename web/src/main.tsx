// Where the client starts.
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "@/app/app";
import { startWorker } from "@/app/new-version";
import { listenForInstall } from "@/app/use-install";
import "@/app/global.css";
import { followAppearance, showAppearance, storedAppearance } from "@/lib/appearance";
import { Arrival } from "@/lib/arrival";
import { forgetDrafts } from "@/lib/drafts";
import { followTheme, showTheme, storedTheme } from "@/lib/theme";
import { AccountList } from "@/sdk/account-list";
import { createApiClient, createPublicClient } from "@/sdk/api-client";
import { KeptSessions } from "@/sdk/kept-sessions";
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
const session = new SessionStore({
  baseUrl,
  storage: accounts.sessionStorage,
  accounts,
  kept,
  exclusive: async (task) => (navigator.locks ? await navigator.locks.request("pulse.session", task) : task()),
});
const server = { session, accounts, api: createApiClient(baseUrl, session), publicApi: createPublicClient(baseUrl) };

const root = document.getElementById("root");
if (root)
  createRoot(root).render(
    <StrictMode>
      <App server={server} arrival={arrival} />
    </StrictMode>,
  );

// While developing there is none: it would keep what has just been changed.
if (import.meta.env.PROD) startWorker();
