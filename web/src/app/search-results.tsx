// What a search found, in groups: one's conversations, people, messages. Arrow keys walk through all of it.

import type { ActionEntry } from "@/components/action-menu";
import { EmptyState } from "@/components/empty-state";
import { Spinner } from "@/components/spinner";
import { systemText } from "@/features/chat/model/system-text";
import { useSearchMessages } from "@/features/inbox/api/search-messages";
import { ConversationHits, useConversationHits } from "@/features/inbox/components/conversation-hits";
import { MessageHits } from "@/features/inbox/components/message-hits";
import { useSearchPeople } from "@/features/people/api/search-people";
import { PeopleFound } from "@/features/people/components/people-search";
import { useDebounced } from "@/lib/use-debounced";
import type { Conversation, User } from "@/sdk/types";
import { texts } from "@/texts/texts";

interface Props {
  q: string;
  openId: string | undefined;
  actionsOf: (conversation: Conversation, name: string) => ActionEntry[];
  onOpen: (user: User) => void;
  onMessage: (user: User) => void;
}

export function SearchResults({ q, openId, actionsOf, onOpen, onMessage }: Props) {
  const settled = useDebounced(q, 200);
  const people = useSearchPeople(settled);
  const messages = useSearchMessages(settled);
  const conversations = useConversationHits(settled);
  const words = texts.inbox;
  const waiting = (people.isLoading || messages.isLoading) && settled.trim() !== "";
  const found =
    conversations.length +
    (people.data?.length ?? 0) +
    (messages.data?.pages.flatMap((page) => page.items).length ?? 0);
  const failed = people.error !== null || messages.error !== null;
  return (
    <section aria-label={words.results}>
      <ConversationHits q={settled} openId={openId} systemText={systemText} actionsOf={actionsOf} />
      <PeopleFound q={settled} onOpen={onOpen} onMessage={onMessage} />
      <MessageHits q={settled} />
      {waiting && <Spinner label={words.searching} />}
      {!waiting && found === 0 && !failed && (
        <EmptyState icon="search" title={words.nothingFound} compact>
          {words.nothingFoundFor(settled.trim())}
        </EmptyState>
      )}
    </section>
  );
}
