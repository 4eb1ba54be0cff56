// Who is signed in, how others see them, the other accounts of this browser, and the ways out.
import { Menu } from "@base-ui/react/menu";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { AccountNews } from "@/components/account-news";
import { Avatar } from "@/components/avatar";
import { Confirm } from "@/components/confirm";
import { MenuItem, MenuLine, MenuPopup } from "@/components/menu";
import { useAccounts, useLive, useServer } from "@/lib/client-context";
import { useSwitchAccount } from "@/lib/use-switch-account";
import { texts } from "@/texts/texts";
import { useEndSession } from "../api/end-session";
import { OwnFace } from "./account-menu";
import styles from "./account-menu.module.css";
import { PresenceItems } from "./presence-items";

export function AccountMenuItems({ onHelp }: { onHelp?: (() => void) | undefined }) {
  const { menu: words } = texts.account;
  const { me } = useLive();
  const { session } = useServer();
  const navigate = useNavigate();
  const [leaving, setLeaving] = useState(false);
  return (
    <>
      <Menu.Root defaultOpen>
        <Menu.Trigger className={styles.trigger}>
          <OwnFace />
        </Menu.Trigger>
        <MenuPopup label={words.label(me.display_name)}>
          <div className={styles.who}>
            <Avatar user={me} size={42} />
            <span>
              <strong dir="auto">{me.display_name}</strong>
              <bdi>@{me.username}</bdi>
            </span>
          </div>
          <MenuLine />
          <PresenceItems />
          <MenuLine />
          <Accounts />
          <MenuLine />
          <MenuItem icon="gear" label={words.settings} onSelect={() => void navigate({ to: "/settings" })} />
          {onHelp && <MenuItem icon="keyboard" label={words.help} onSelect={onHelp} />}
          <MenuLine />
          <MenuItem icon="leave" label={words.signOut} onSelect={() => void session.logout()} />
          <MenuItem icon="shield" label={words.signOutEverywhere} onSelect={() => setLeaving(true)} />
        </MenuPopup>
      </Menu.Root>
      {leaving && <SignOutEverywhere onClose={() => setLeaving(false)} />}
    </>
  );
}

/** The accounts of this browser; another one is shown in this tab alone. */
function Accounts() {
  const { menu: words } = texts.account;
  const { me } = useLive();
  const { session, others } = useServer();
  const switchTo = useSwitchAccount();
  useEffect(() => others.look(), [others]);
  const rest = useAccounts().filter(({ user }) => user.id !== me.id);
  return (
    <Menu.Group aria-label={words.accounts}>
      {rest.map((account) => (
        <MenuItem
          key={account.sessionId}
          mark={<Avatar user={account.user} size={26} />}
          label={account.user.display_name}
          end={<AccountNews account={account} />}
          onSelect={() => switchTo(account)}
        />
      ))}
      <MenuItem icon="userPlus" label={words.addAccount} onSelect={() => session.leave()} />
    </Menu.Group>
  );
}

function SignOutEverywhere({ onClose }: { onClose: () => void }) {
  const { menu: words } = texts.account;
  const { session } = useServer();
  const end = useEndSession();
  return (
    <Confirm
      open
      onClose={onClose}
      title={words.everywhereTitle}
      explain={words.everywhereExplain}
      confirm={words.signOutEverywhere}
      danger
      busy={end.isPending}
      error={end.error ?? undefined}
      onConfirm={() => end.mutate("others", { onSuccess: () => void session.logout() })}
    />
  );
}
