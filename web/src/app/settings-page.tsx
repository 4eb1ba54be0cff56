// One page of the settings, by the name in the address.
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Icon } from "@/components/icon";
import { AboutSettings } from "@/features/account/components/about-settings";
import { AppearanceSettings } from "@/features/account/components/appearance-settings";
import { DataSettings } from "@/features/account/components/data-settings";
import { HistorySettings } from "@/features/account/components/history-settings";
import { NotificationSettings } from "@/features/account/components/notification-settings";
import { PeopleSettings } from "@/features/account/components/people-settings";
import { PrivacySettings } from "@/features/account/components/privacy-settings";
import { ProfileSettings } from "@/features/account/components/profile-settings";
import { SecuritySettings } from "@/features/account/components/security-settings";
import { SessionSettings } from "@/features/account/components/session-settings";
import { SETTINGS_PAGES, type SettingsPageName } from "@/features/account/components/settings-nav";
import { ResendVerification } from "@/features/auth/components/resend-verification";
import { DeviceNotifications } from "@/features/notices/components/device-notifications";
import { PagedPeople } from "@/features/people/components/paged-people";
import { useLive } from "@/lib/client-context";
import type { User } from "@/sdk/types";
import { texts } from "@/texts/texts";
import { NotFound } from "./not-found";
import { useInstall } from "./use-install";
import { useMessagePerson } from "./use-message-person";
import { useTitle } from "./use-title";
import { openWindow } from "./windows";

export function SettingsPage() {
  const { page } = useParams({ from: "/signed-in/settings/$page" });
  const { nav } = texts.account;
  const name = SETTINGS_PAGES.find((known) => known === page);
  const Page = name && PAGES[name];
  useTitle(name ? `${nav[name]} · ${nav.title}` : nav.title);
  if (!Page) return <NotFound />;
  const back = (
    <Link to="/settings" aria-label={nav.backToSettings}>
      <Icon name="back" size={24} />
    </Link>
  );
  return <Page back={back} />;
}

type Page = (props: { back: ReactNode }) => ReactNode;

const PAGES: Record<SettingsPageName, Page> = {
  profile: Profile,
  privacy: PrivacySettings,
  security: SecuritySettings,
  sessions: SessionSettings,
  history: HistorySettings,
  appearance: AppearanceSettings,
  data: DataSettings,
  notifications: ({ back }) => <NotificationSettings back={back} device={<DeviceNotifications />} />,
  people: People,
  about: About,
};

function Profile({ back }: { back: ReactNode }) {
  const { me } = useLive();
  return <ProfileSettings back={back} resend={<ResendVerification user={me} />} />;
}

function People({ back }: { back: ReactNode }) {
  const navigate = useNavigate();
  const message = useMessagePerson();
  const open = (user: User) => void navigate({ to: "/people/$userId", params: { userId: user.id } });
  return (
    <PeopleSettings
      back={back}
      blocked={<PagedPeople kind="blocked" onOpen={open} onMessage={message} />}
      muted={<PagedPeople kind="muted" onOpen={open} onMessage={message} />}
    />
  );
}

function About({ back }: { back: ReactNode }) {
  const { install, installed } = useInstall();
  return (
    <AboutSettings
      back={back}
      version={__VERSION__}
      install={install}
      installed={installed}
      onShowKeys={() => openWindow("help")}
    />
  );
}
