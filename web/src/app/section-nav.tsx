// The three sections of the left pane, with what waits in each. At its foot, where a thumb reaches.
import { Link } from "@tanstack/react-router";
import { Icon } from "@/components/icon";
import { useFollowRequests } from "@/features/people/api/list-follow-requests";
import { useInbox } from "@/lib/live/use-inbox";
import { texts } from "@/texts/texts";
import styles from "./section-nav.module.css";

export type Section = "chats" | "people" | "rooms";

/** Addresses that belong to one section; others leave it as it was. */
export function sectionOf(pathname: string): Section | undefined {
  if (pathname === "/") return "chats";
  if (pathname === "/people") return "people";
  return pathname.startsWith("/rooms") ? "rooms" : undefined;
}

const MOST = 99;

export function SectionNav({ section, onChoose }: { section: Section; onChoose: () => void }) {
  const words = texts.inbox;
  const { totalUnread } = useInbox();
  const requests = useFollowRequests().data?.length ?? 0;
  const entries = [
    {
      name: "chats",
      to: "/",
      icon: "chat",
      label: words.chats,
      count: totalUnread,
      counted: words.unread(totalUnread),
    },
    {
      name: "people",
      to: "/people",
      icon: "people",
      label: words.people,
      count: requests,
      counted: words.requestsWaiting(requests),
    },
    { name: "rooms", to: "/rooms", icon: "hash", label: words.rooms, count: 0, counted: "" },
  ] as const;
  return (
    <nav className={styles.nav} aria-label={words.sections}>
      {entries.map(({ name, to, icon, label, count, counted }) => (
        <Link
          key={name}
          to={to}
          // The section is what is shown at the left, whatever the address: a person may be open beside the chats.
          activeOptions={{ exact: true }}
          className={styles.entry}
          aria-current={section === name ? "true" : undefined}
          onClick={onChoose}
        >
          <span className={styles.icon}>
            <Icon name={icon} size={22} />
            {count > 0 && (
              <span className={styles.count}>
                <span aria-hidden="true">{count > MOST ? `${MOST}+` : count}</span>
                <span className="visually-hidden">{counted}</span>
              </span>
            )}
          </span>
          {label}
        </Link>
      ))}
    </nav>
  );
}
