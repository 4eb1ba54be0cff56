// What can be started: a message to somebody, a group, a room; or a room found.
import { useNavigate } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import type { Action } from "@/components/action-menu";
import type { Conversation, User } from "@/sdk/types";
import { texts } from "@/texts/texts";
import { useMessagePerson } from "./use-message-person";
import type { NewKind } from "./windows";

// Windows that most visits never open are loaded when they are.
const NewMessage = lazy(async () => ({
  default: (await import("@/features/conversations/components/new-message")).NewMessage,
}));
const NewConversation = lazy(async () => ({
  default: (await import("@/features/conversations/components/new-conversation")).NewConversation,
}));

export function newActions(start: (kind: NewKind) => void, toRooms: () => void): Action[] {
  const words = texts.conversations;
  return [
    { label: words.newMessage, icon: "chat", onSelect: () => start("message") },
    { label: words.newGroup, icon: "people", onSelect: () => start("group") },
    { label: words.newRoom, icon: "hash", onSelect: () => start("room") },
    { label: words.findRoom, icon: "search", apart: true, onSelect: toRooms },
  ];
}

export function NewSomething({ kind, onClose }: { kind: NewKind; onClose: () => void }) {
  const navigate = useNavigate();
  const messagePerson = useMessagePerson();
  const message = (user: User) => {
    onClose();
    messagePerson(user);
  };
  const findPeople = () => {
    onClose();
    void navigate({ to: "/people" });
  };
  const created = ({ id }: Conversation) => {
    onClose();
    void navigate({ to: "/c/$conversationId", params: { conversationId: id } });
  };
  return (
    <Suspense>
      {kind === "message" ? (
        <NewMessage onClose={onClose} onMessage={message} onFindPeople={findPeople} />
      ) : (
        <NewConversation kind={kind} onClose={onClose} onCreated={created} />
      )}
    </Suspense>
  );
}
