// What the palette offers: conversations, people, and everything that can be done from anywhere.
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { Avatar } from "@/components/avatar";
import { Icon, type IconName } from "@/components/icon";
import { useUpdateMe } from "@/features/account/api/update-me";
import { SETTINGS_PAGES } from "@/features/account/components/settings-nav";
import { useMarkAllRead } from "@/features/inbox/api/mark-all-read";
import { Palette, type PaletteEntry } from "@/features/palette/components/palette";
import { ranked } from "@/features/palette/model/rank";
import { useSearchPeople } from "@/features/people/api/search-people";
import { useAccounts, useLive, useServer } from "@/lib/client-context";
import { faceOf } from "@/lib/conversation-name";
import { useInbox } from "@/lib/live/use-inbox";
import { useConversationNames } from "@/lib/queries/conversation-name";
import { keysOf, SHORTCUTS } from "@/lib/shortcuts";
import type { Theme } from "@/lib/show-theme";
import { applyTheme } from "@/lib/theme";
import { useDebounced } from "@/lib/use-debounced";
import { useSwitchAccount } from "@/lib/use-switch-account";
import { texts } from "@/texts/texts";
import { openWindow } from "./windows";

const MOST = 6;
const SETTLED_MS = 180;

export function CommandPalette({ onClose }: { onClose: () => void }) {
  const { palette: words } = texts.app;
  const [typed, setTyped] = useState("");
  const conversations = ranked(useConversationEntries(), typed).slice(0, MOST);
  const people = usePeopleEntries(useDebounced(typed, SETTLED_MS));
  const commands = ranked(useCommands(), typed);
  const groups = [
    { label: words.conversations, items: conversations },
    { label: words.people, items: typed.trim() ? people.entries : [] },
    { label: words.commands, items: typed.trim() ? commands.slice(0, MOST + 2) : commands },
  ].filter(({ items }) => items.length > 0);
  return <Palette typed={typed} onTyped={setTyped} groups={groups} busy={people.busy} onClose={onClose} />;
}

function useConversationEntries(): PaletteEntry[] {
  const navigate = useNavigate();
  const { conversations } = useInbox();
  const nameOf = useConversationNames(conversations);
  return conversations.map((conversation) => ({
    id: conversation.id,
    label: nameOf(conversation),
    ...(conversation.peer && { detail: `@${conversation.peer.username}` }),
    mark: <Avatar user={faceOf(conversation, nameOf(conversation))} size={32} />,
    onSelect: () => void navigate({ to: "/c/$conversationId", params: { conversationId: conversation.id } }),
  }));
}

function usePeopleEntries(typed: string) {
  const navigate = useNavigate();
  const search = useSearchPeople(typed);
  const entries = (typed.trim() ? (search.data ?? []) : []).slice(0, MOST).map((user) => ({
    id: user.id,
    label: user.display_name,
    detail: `@${user.username}`,
    mark: <Avatar user={user} size={32} />,
    onSelect: () => void navigate({ to: "/people/$userId", params: { userId: user.id } }),
  }));
  return { entries, busy: search.isFetching };
}

function useCommands(): PaletteEntry[] {
  const { palette: words } = texts.app;
  const { nav } = texts.account;
  const navigate = useNavigate();
  const { session, others } = useServer();
  const { me } = useLive();
  const accounts = useAccounts();
  const switchTo = useSwitchAccount();
  useEffect(() => others.look(), [others]);
  const update = useUpdateMe();
  const markAllRead = useMarkAllRead();
  const command = (label: string, icon: IconName, onSelect: () => void, keys?: readonly string[]): PaletteEntry => ({
    id: label,
    label,
    mark: <Icon name={icon} />,
    onSelect,
    ...(keys && { keys }),
  });
  const theme = (label: string, icon: IconName, value: Theme) =>
    command(label, icon, () => {
      applyTheme(value);
      update.mutate({ settings: { theme: value } });
    });
  return [
    command(words.newChat, "chat", () => openWindow("message")),
    command(words.newGroup, "people", () => openWindow("group")),
    command(words.newRoom, "hash", () => openWindow("room")),
    command(words.findRoom, "search", () => void navigate({ to: "/rooms" })),
    command(texts.inbox.markAllRead, "checkDouble", () => markAllRead.mutate()),
    command(words.home, "back", () => void navigate({ to: "/" })),
    ...SETTINGS_PAGES.map((page) =>
      command(words.settings(nav[page]), "gear", () => void navigate({ to: "/settings/$page", params: { page } })),
    ),
    theme(words.light, "sun", "light"),
    theme(words.dark, "moon", "dark"),
    theme(words.system, "display", "system"),
    command(words.help, "keyboard", () => openWindow("help"), keysOf(SHORTCUTS.help)),
    ...accounts
      .filter(({ user }) => user.id !== me.id)
      .map((account) => ({
        ...command(words.switchTo(account.user.display_name), "people", () => switchTo(account)),
        ...(account.ended && { detail: texts.account.menu.ended }),
        ...(account.unread > 0 && { detail: texts.inbox.unread(account.unread) }),
      })),
    command(words.addAccount, "userPlus", () => session.leave()),
    command(words.signOut, "leave", () => void session.logout()),
  ];
}
