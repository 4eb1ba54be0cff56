// What stands in the wide pane while nothing is open.
import { lazy, Suspense } from "react";
import { EmptyState } from "@/components/empty-state";
import { texts } from "@/texts/texts";
import { useWelcome } from "./use-welcome";

const WelcomePage = lazy(() => import("./welcome-page").then((part) => ({ default: part.WelcomePage })));

export function HomePage() {
  const [isNew] = useWelcome();
  if (isNew)
    return (
      <Suspense fallback={null}>
        <WelcomePage />
      </Suspense>
    );
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
