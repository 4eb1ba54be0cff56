// What stands in the wide pane while nothing is open.
import { EmptyState } from "@/components/empty-state";
import { texts } from "@/texts/texts";

export function HomePage() {
  return (
    <EmptyState icon="chat" title={texts.inbox.pick}>
      {texts.inbox.pickText}
    </EmptyState>
  );
}

export function PeopleHomePage() {
  return (
    <EmptyState icon="people" title={texts.people.pickPerson}>
      {texts.people.pickPersonText}
    </EmptyState>
  );
}

export function RoomsHomePage() {
  return (
    <EmptyState icon="hash" title={texts.conversations.directory}>
      {texts.conversations.newRoomText}
    </EmptyState>
  );
}
