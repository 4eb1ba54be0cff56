// The list of the settings' pages. The app gives each its link.
import type { ReactNode } from "react";
import { Icon, type IconName } from "@/components/icon";
import { texts } from "@/texts/texts";
import styles from "./settings-nav.module.css";

export const SETTINGS_PAGES = [
  "profile",
  "privacy",
  "security",
  "sessions",
  "history",
  "notifications",
  "appearance",
  "data",
  "people",
  "about",
] as const;

export type SettingsPageName = (typeof SETTINGS_PAGES)[number];

const ICONS: Record<SettingsPageName, IconName> = {
  profile: "people",
  privacy: "eye",
  security: "lock",
  sessions: "display",
  history: "clock",
  notifications: "bell",
  appearance: "sun",
  data: "file",
  people: "block",
  about: "info",
};

interface Props {
  /** The way back to the conversations. */
  back: ReactNode;
  link: (page: SettingsPageName, inside: ReactNode) => ReactNode;
}

export function SettingsNav({ back, link }: Props) {
  const { nav } = texts.account;
  return (
    <nav className={styles.nav} aria-label={nav.title}>
      <header className={styles.top}>
        {back}
        <p className={styles.title}>{nav.title}</p>
      </header>
      <ul className={styles.list}>
        {SETTINGS_PAGES.map((page) => (
          <li key={page}>
            {link(
              page,
              <>
                <span className={styles.icon}>
                  <Icon name={ICONS[page]} size={19} />
                </span>
                <span className={styles.words}>
                  <span>{nav[page]}</span>
                  <small>{nav[`${page}Lead`]}</small>
                </span>
              </>,
            )}
          </li>
        ))}
      </ul>
    </nav>
  );
}
