// All lists of people, one at a time: requests both ways, connections, followers, followed, blocked, muted.
import { useState } from "react";
import { Chips } from "@/components/chips";
import { useListWalk } from "@/lib/use-list-walk";
import type { User } from "@/sdk/types";
import { texts } from "@/texts/texts";
import { useFollowRequests } from "../api/list-follow-requests";
import { ConnectionList } from "./connection-list";
import { PagedPeople } from "./paged-people";
import styles from "./people.module.css";
import { Requests } from "./requests";

const TABS = ["connections", "requests", "followers", "following", "blocked", "muted"] as const;
type Tab = (typeof TABS)[number];

interface Props {
  onOpen: (user: User) => void;
  onMessage: (user: User) => void;
}

export function PeopleSection({ onOpen, onMessage }: Props) {
  const words = texts.people;
  const { data: requests } = useFollowRequests();
  const waiting = requests?.length ?? 0;
  const [chosen, setTab] = useState<Tab>();
  // Whoever has requests is shown them first; a choice holds.
  const tab = chosen ?? (waiting > 0 ? "requests" : "connections");
  const walk = useListWalk();
  const labels: Record<Tab, string> = {
    connections: words.connections,
    requests: words.requestsTitle,
    followers: words.followers,
    following: words.following,
    blocked: words.blocked,
    muted: words.muted,
  };
  const chips = TABS.map((value) => ({ value, label: labels[value], count: value === "requests" ? waiting : 0 }));
  return (
    <section className={styles.sectionPane} aria-label={words.section} onKeyDown={walk}>
      <Chips label={words.lists} chips={chips} value={tab} onChange={setTab} />
      {tab === "connections" && <ConnectionList onOpen={onOpen} onMessage={onMessage} />}
      {tab === "requests" && <Requests onOpen={onOpen} />}
      {tab !== "connections" && tab !== "requests" && (
        <PagedPeople key={tab} kind={tab} onOpen={onOpen} onMessage={onMessage} />
      )}
    </section>
  );
}
