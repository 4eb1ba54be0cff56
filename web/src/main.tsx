// Where the client starts.
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "@/app/app";
import "@/app/global.css";
import { Arrival } from "@/lib/arrival";
import { applyTheme, storedTheme } from "@/lib/theme";
import { AccountList } from "@/sdk/account-list";
import { createApiClient, createPublicClient } from "@/sdk/api-client";
import { SessionStore } from "@/sdk/session-store";
import { loadTexts } from "@/texts/texts";

const arrival = new Arrival(window);
applyTheme(storedTheme());
await loadTexts();

const baseUrl = window.location.origin;
const accounts = new AccountList({ shared: localStorage, tab: sessionStorage });
const session = new SessionStore({
  baseUrl,
  storage: accounts.sessionStorage,
  accounts,
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
