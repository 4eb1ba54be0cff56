// The left pane while the settings are open.
import { Link } from "@tanstack/react-router";
import { Icon } from "@/components/icon";
import { SettingsNav } from "@/features/account/components/settings-nav";
import { texts } from "@/texts/texts";
import styles from "./shell.module.css";

export function SettingsList() {
  return (
    <div className={styles.settings}>
      <SettingsNav
        back={
          <Link to="/" aria-label={texts.account.nav.back}>
            <Icon name="back" size={24} />
          </Link>
        }
        link={(page, inside) => (
          <Link to="/settings/$page" params={{ page }}>
            {inside}
          </Link>
        )}
      />
    </div>
  );
}
