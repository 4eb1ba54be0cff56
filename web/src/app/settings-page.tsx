// One page of the settings, by the name in the address.
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Icon } from "@/components/icon";
import { Spinner } from "@/components/spinner";
import { SETTINGS_PAGES, type SettingsPageName } from "@/features/account/components/settings-nav";
import { ResendVerification } from "@/features/auth/components/resend-verification";
import { useLive } from "@/lib/client-context";
import { later } from "@/lib/later";
import type { User } from "@/sdk/types";
import { texts } from "@/texts/texts";
import { NotFound } from "./not-found";
import { useInstall } from "./use-install";
import { useMessagePerson } from "./use-message-person";
import { useTitle } from "./use-title";
import { openWindow } from "./windows";

// Each page brings its own; the others are fetched while somebody reads the first.
const AboutSettings = later(
  () => import("@/features/account/components/about-settings").then((part) => part.AboutSettings),
  Waiting,
);
const AppearanceSettings = later(
  () => import("@/features/account/components/appearance-settings").then((part) => part.AppearanceSettings),
  Waiting,
);
const DataSettings = later(
  () => import("@/features/account/components/data-settings").then((part) => part.DataSettings),
  Waiting,
);
const HistorySettings = later(
  () => import("@/features/account/components/history-settings").then((part) => part.HistorySettings),
  Waiting,
);
const NotificationSettings = later(
  () => import("@/features/account/components/notification-settings").then((part) => part.NotificationSettings),
  Waiting,
);
const PeopleSettings = later(
  () => import("@/features/account/components/people-settings").then((part) => part.PeopleSettings),
  Waiting,
);
const PrivacySettings = later(
  () => import("@/features/account/components/privacy-settings").then((part) => part.PrivacySettings),
  Waiting,
);
const ProfileSettings = later(
  () => import("@/features/account/components/profile-settings").then((part) => part.ProfileSettings),
  Waiting,
);
const SecuritySettings = later(
  () => import("@/features/account/components/security-settings").then((part) => part.SecuritySettings),
  Waiting,
);
const SessionSettings = later(
  () => import("@/features/account/components/session-settings").then((part) => part.SessionSettings),
  Waiting,
);
const DeviceNotifications = later(() =>
  import("@/features/notices/components/device-notifications").then((part) => part.DeviceNotifications),
);
const PagedPeople = later(() => import("@/features/people/components/paged-people").then((part) => part.PagedPeople));

function Waiting() {
  return <Spinner label={texts.common.loading} />;
}

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
