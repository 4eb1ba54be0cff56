// The left pane: search, requests, conversations, and people to say hello to.
import { useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { EmptyState } from "@/components/empty-state";
import { Logo } from "@/components/logo";
import { AccountMenu } from "@/features/account/components/account-menu";
import { InboxList } from "@/features/inbox/components/inbox-list";
import { useConnections } from "@/features/people/api/list-connections";
import { Connections } from "@/features/people/components/connections";
import { FollowRequests } from "@/features/people/components/follow-requests";
import { PeopleSearch } from "@/features/people/components/people-search";
import { useInbox } from "@/lib/queries/inbox";
import { usePresence } from "@/lib/queries/presence";
import type { User } from "@/sdk/types";
import { SearchField } from "./search-field";
import styles from "./shell.module.css";
import { useMessagePerson } from "./use-message-person";

export function Sidebar() {
  const [q, setQ] = useState("");
  const navigate = useNavigate();
  const message = useMessagePerson();
  const openPerson = (user: User) => void navigate({ to: "/people/$userId", params: { userId: user.id } });
  const leave = (then: (user: User) => void) => (user: User) => {
    setQ("");
    then(user);
  };
  return (
    <aside className={styles.sidebar} aria-label="People and conversations">
      <header className={styles.top}>
        <Logo size={32} />
        <h1 className={styles.brand}>PulseChat</h1>
        <AccountMenu />
      </header>
      <SearchField value={q} onChange={setQ} />
      <div className={styles.lists}>
        {q.trim() ? (
          <PeopleSearch q={q} onOpen={openPerson} onMessage={leave(message)} />
        ) : (
          <Overview onOpen={openPerson} onMessage={message} />
        )}
      </div>
    </aside>
  );
}

function Overview({ onOpen, onMessage }: { onOpen: (user: User) => void; onMessage: (user: User) => void }) {
  const { conversationId } = useParams({ strict: false });
  const { data: inbox } = useInbox();
  const { data: connections = [] } = useConnections();
  const peers = inbox?.items.flatMap(({ peer }) => (peer ? [peer.id] : [])) ?? [];
  const presences = usePresence([...peers, ...connections.map((user) => user.id)]);
  return (
    <>
      <FollowRequests onOpen={onOpen} />
      <InboxList
        openId={conversationId}
        presences={presences}
        empty={
          connections.length === 0 && (
            <EmptyState icon="people" title="No conversations yet" compact>
              Search for somebody you know, follow them, and chat as soon as they follow you back.
            </EmptyState>
          )
        }
      />
      {inbox && <Connections known={new Set(peers)} presences={presences} onMessage={onMessage} />}
    </>
  );
}
