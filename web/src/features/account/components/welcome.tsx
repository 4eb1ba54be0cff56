// The first minutes of a new account: what to do next, each with its way there. It goes when the person says so.
import type { ReactNode } from "react";
import { Button } from "@/components/button";
import { Icon, type IconName } from "@/components/icon";
import { Logo } from "@/components/logo";
import { useLive } from "@/lib/client-context";
import { texts } from "@/texts/texts";
import styles from "./welcome.module.css";

interface Step {
  icon: IconName;
  title: string;
  lead: string;
  done: boolean;
  /** The way there, around what is given. */
  link: (inside: ReactNode) => ReactNode;
}

interface Props {
  links: Record<"picture" | "people" | "factor" | "notices", Step["link"]>;
  hasPeople: boolean;
  onClose: () => void;
}

export function Welcome({ links, hasPeople, onClose }: Props) {
  const { welcome: words } = texts.app;
  const { me } = useLive();
  const told = "Notification" in window && Notification.permission === "granted";
  const steps: readonly Step[] = [
    { icon: "userPlus", title: words.people, lead: words.peopleLead, done: hasPeople, link: links.people },
    {
      icon: "camera",
      title: words.picture,
      lead: words.pictureLead,
      done: me.avatar_url !== null,
      link: links.picture,
    },
    { icon: "bell", title: words.notices, lead: words.noticesLead, done: told, link: links.notices },
    { icon: "shield", title: words.factor, lead: words.factorLead, done: me.totp_enabled, link: links.factor },
  ];
  return (
    <section className={styles.welcome} aria-labelledby="welcome">
      <Logo size={56} />
      <h2 id="welcome">{words.title(me.display_name)}</h2>
      <p>{words.lead}</p>
      <ul>
        {steps.map(({ icon, title, lead, done, link }) => (
          <li key={title} data-done={done || undefined}>
            {link(
              <>
                <span className={styles.icon}>
                  <Icon name={done ? "check" : icon} />
                </span>
                <span>
                  <strong>{title}</strong>
                  <small>{done ? words.done : lead}</small>
                </span>
              </>,
            )}
          </li>
        ))}
      </ul>
      <Button kind="quiet" onClick={onClose}>
        {words.close}
      </Button>
    </section>
  );
}
