// The left pane: search over everything, one of three sections (chats, people, rooms), and the way to start something.
import { useLocation, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { ActionButton } from "@/components/action-menu";
import { Logo } from "@/components/logo";
import { AccountMenu } from "@/features/account/components/account-menu";
import { useConversationActions } from "@/features/conversations/components/conversation-actions";
import { later } from "@/lib/later";
import { useListWalk } from "@/lib/use-list-walk";
import type { User } from "@/sdk/types";
import { texts } from "@/texts/texts";
import { ChatsSection } from "./chats-section";
import { newActions } from "./new-something";
import { SearchField } from "./search-field";
import { type Section, SectionNav, sectionOf } from "./section-nav";
import styles from "./shell.module.css";
import { useMessagePerson } from "./use-message-person";
import { openWindow } from "./windows";

// Most visits begin with the chats.
const RoomList = later(() => import("@/features/conversations/components/room-list").then((part) => part.RoomList));
const PeopleSection = later(() =>
  import("@/features/people/components/people-section").then((part) => part.PeopleSection),
);
const SearchResults = later(() => import("./search-results").then((part) => part.SearchResults));

export function Sidebar() {
  const words = texts.inbox;
  const [q, setQ] = useState("");
  const section = useSection();
  const { conversationId } = useParams({ strict: false });
  const navigate = useNavigate();
  const messagePerson = useMessagePerson();
  const { actionsOf, dialog } = useConversationActions();
  const walk = useListWalk();
  const openPerson = (user: User) => void navigate({ to: "/people/$userId", params: { userId: user.id } });
  const message = (user: User) => {
    setQ("");
    messagePerson(user);
  };
  const toRooms = () => void navigate({ to: "/rooms" });
  const rooms = section === "rooms";
  return (
    <aside className={styles.sidebar} aria-label={words.sidebar}>
      <header className={styles.top}>
        <Logo size={32} />
        <h1 className={styles.brand}>PulseChat</h1>
        <ActionButton icon="plus" label={texts.conversations.start} actions={newActions(openWindow, toRooms)} />
        <AccountMenu onHelp={() => openWindow("help")} />
      </header>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: arrow keys lead from the field into the list, nothing more */}
      <div className={styles.walk} onKeyDown={rooms || q.trim() ? walk : undefined}>
        <SearchField
          label={rooms ? texts.conversations.searchRooms : words.searchHint}
          value={q}
          onChange={setQ}
          onEnter={(list) => list?.querySelector<HTMLElement>("[data-walk]")?.click()}
        />
        <div className={styles.lists} data-scroll>
          {rooms ? (
            <RoomList q={q} openId={conversationId} onNewRoom={() => openWindow("room")} />
          ) : q.trim() ? (
            <SearchResults
              q={q}
              openId={conversationId}
              actionsOf={actionsOf}
              onOpen={openPerson}
              onMessage={message}
            />
          ) : section === "people" ? (
            <PeopleSection onOpen={openPerson} onMessage={message} />
          ) : (
            <ChatsSection
              openId={conversationId}
              actionsOf={actionsOf}
              onOpen={openPerson}
              onMessage={message}
              onNewGroup={() => openWindow("group")}
              onRooms={toRooms}
            />
          )}
        </div>
      </div>
      <SectionNav section={section} onChoose={() => setQ("")} />
      {dialog}
    </aside>
  );
}

/** An open chat or person leaves the section as it was: so whoever looks at rooms goes on looking at rooms. */
function useSection(): Section {
  const { pathname } = useLocation();
  const [section, setSection] = useState<Section>("chats");
  const now = sectionOf(pathname) ?? section;
  if (now !== section) setSection(now);
  return now;
}
