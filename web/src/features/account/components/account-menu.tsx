// Who is signed in, how it looks, and the way out.
import { Menu } from "@base-ui/react/menu";
import { useState } from "react";

import { Avatar } from "@/components/avatar";
import { Icon, type IconName } from "@/components/icon";
import { useLive, useServer } from "@/lib/client-context";
import { applyTheme, storedTheme, type Theme } from "@/lib/theme";
import styles from "./account-menu.module.css";

const THEMES: readonly { value: Theme; label: string; icon: IconName }[] = [
  { value: "system", label: "Like my system", icon: "display" },
  { value: "light", label: "Light", icon: "sun" },
  { value: "dark", label: "Dark", icon: "moon" },
];

export function AccountMenu() {
  const { me } = useLive();
  const { session } = useServer();
  const [theme, setTheme] = useState(storedTheme);
  const choose = (value: Theme) => {
    applyTheme(value);
    setTheme(value);
  };
  return (
    <Menu.Root>
      <Menu.Trigger className={styles.trigger} aria-label={`Your account, ${me.display_name}`}>
        <Avatar user={me} size={36} />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner sideOffset={8} align="end" className={styles.positioner}>
          <Menu.Popup className={styles.popup}>
            <div className={styles.who}>
              <Avatar user={me} size={42} />
              <span>
                <strong>{me.display_name}</strong>
                <span>@{me.username}</span>
              </span>
            </div>
            <Menu.Separator className={styles.separator} />
            <Menu.RadioGroup value={theme} onValueChange={choose} aria-label="Appearance">
              {THEMES.map(({ value, label, icon }) => (
                <Menu.RadioItem key={value} value={value} closeOnClick={false} className={styles.item}>
                  <Icon name={icon} size={18} />
                  {label}
                  <Menu.RadioItemIndicator className={styles.chosen}>
                    <Icon name="check" size={17} />
                  </Menu.RadioItemIndicator>
                </Menu.RadioItem>
              ))}
            </Menu.RadioGroup>
            <Menu.Separator className={styles.separator} />
            <Menu.Item className={styles.item} onClick={() => void session.logout()}>
              <Icon name="leave" size={18} />
              Sign out
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
