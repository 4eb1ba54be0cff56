// What a new account sees first; in the wide pane it stays for some days, until it is put away.
import { Link, useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { SettingsPageName } from "@/features/account/components/settings-nav";
import { Welcome } from "@/features/account/components/welcome";
import { forgetNext, nextAddress } from "@/lib/next-address";
import { useConnections } from "@/lib/queries/connections";
import { useWelcome } from "./use-welcome";

export function WelcomePage() {
  const navigate = useNavigate();
  const [, close] = useWelcome();
  const { data: connections = [] } = useConnections();
  const settings = (page: SettingsPageName) => (inside: ReactNode) => (
    <Link to="/settings/$page" params={{ page }}>
      {inside}
    </Link>
  );
  return (
    <Welcome
      hasPeople={connections.length > 0}
      onClose={() => {
        close();
        void navigate({ href: nextAddress() });
        forgetNext();
      }}
      links={{
        people: (inside) => <Link to="/people">{inside}</Link>,
        picture: settings("profile"),
        notices: settings("notifications"),
        factor: settings("security"),
      }}
    />
  );
}
