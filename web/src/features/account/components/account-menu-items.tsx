// Who is signed in, how others see them, the other accounts of this browser, and the ways out.
import { Menu } from "@base-ui/react/menu";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { Avatar } from "@/components/avatar";
import { Confirm } from "@/components/confirm";
import { Icon, type IconName } from "@/components/icon";
import { useAccounts, useLive, useServer } from "@/lib/client-context";
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
        <Menu.Portal>
          <Menu.Positioner sideOffset={8} align="end" className={styles.positioner}>
            <Menu.Popup className={styles.popup} aria-label={words.label(me.display_name)}>
              <div className={styles.who}>
                <Avatar user={me} size={42} />
                <span>
                  <strong dir="auto">{me.display_name}</strong>
                  <bdi>@{me.username}</bdi>
                </span>
              </div>
              <Menu.Separator className={styles.separator} />
              <PresenceItems />
              <Menu.Separator className={styles.separator} />
              <Accounts />
              <Menu.Separator className={styles.separator} />
              <Item icon="gear" label={words.settings} onClick={() => void navigate({ to: "/settings" })} />
              {onHelp && <Item icon="keyboard" label={words.help} onClick={onHelp} />}
              <Menu.Separator className={styles.separator} />
              <Item icon="leave" label={words.signOut} onClick={() => void session.logout()} />
              <Item icon="shield" label={words.signOutEverywhere} onClick={() => setLeaving(true)} />
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
      {leaving && <SignOutEverywhere onClose={() => setLeaving(false)} />}
    </>
  );
}

function Item({ icon, label, onClick }: { icon: IconName; label: string; onClick: () => void }) {
  return (
    <Menu.Item className={styles.item} onClick={onClick}>
      <Icon name={icon} size={18} />
      {label}
    </Menu.Item>
  );
}

/** The accounts of this browser; another one is shown in this tab alone. */
function Accounts() {
  const { menu: words } = texts.account;
  const { me } = useLive();
  const { session } = useServer();
  const others = useAccounts().filter(({ user }) => user.id !== me.id);
  return (
    <Menu.Group aria-label={words.accounts}>
      {others.map(({ sessionId, user, unread }) => (
        <Menu.Item key={sessionId} className={styles.item} onClick={() => void session.switchTo(sessionId)}>
          <Avatar user={user} size={26} />
          <span className={styles.name} dir="auto">
            {user.display_name}
          </span>
          {unread > 0 && <span className={styles.badge}>{unread > 99 ? "99+" : unread}</span>}
        </Menu.Item>
      ))}
      <Item icon="userPlus" label={words.addAccount} onClick={() => session.leave()} />
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
