import { useParams } from "@tanstack/react-router";
import { PersonPanel } from "@/features/people/components/person-panel";
import { BackButton } from "./back-button";
import { useMessagePerson } from "./use-message-person";

export function PersonPage() {
  const { userId } = useParams({ from: "/signed-in/people/$userId" });
  const message = useMessagePerson();
  return (
    <>
      <BackButton fallback="/people" />
      <PersonPanel key={userId} userId={userId} onMessage={message} />
    </>
  );
}
