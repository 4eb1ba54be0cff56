// The button of one's own account. Its menu is fetched when somebody is about to open it.
import { lazy, Suspense, useState } from "react";
import { Avatar } from "@/components/avatar";
import { useAccounts, useLive } from "@/lib/client-context";
import { texts } from "@/texts/texts";
import styles from "./account-menu.module.css";

const load = () => import("./account-menu-items");
const AccountMenuItems = lazy(() => load().then((part) => ({ default: part.AccountMenuItems })));

interface Props {
  onHelp?: () => void;
}

export function AccountMenu({ onHelp }: Props) {
  const [wanted, setWanted] = useState(false);
  const button = (
    <button
      type="button"
      className={styles.trigger}
      aria-haspopup="menu"
      onPointerEnter={() => void load()}
      onFocus={() => void load()}
      onClick={() => setWanted(true)}
    >
      <OwnFace />
    </button>
  );
  if (!wanted) return button;
  return (
    <Suspense fallback={button}>
      <AccountMenuItems onHelp={onHelp} />
    </Suspense>
  );
}

/** One's picture, with a mark when another account on this browser has something unread. */
export function OwnFace() {
  const { me } = useLive();
  const elsewhere = useAccounts().some(({ user, unread }) => user.id !== me.id && unread > 0);
  return (
    <>
      <Avatar user={me} size={36} />
      <span className="visually-hidden">{texts.account.menu.label(me.display_name)}</span>
      {elsewhere && (
        <span className={styles.elsewhere}>
          <span className="visually-hidden">{texts.account.menu.elsewhere}</span>
        </span>
      )}
    </>
  );
}
