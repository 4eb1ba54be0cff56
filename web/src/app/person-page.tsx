import { useParams } from "@tanstack/react-router";
import { useUser } from "@/features/people/api/get-user";
import { PersonPanel } from "@/features/people/components/person-panel";
import { BackButton } from "./back-button";
import { useMessagePerson } from "./use-message-person";
import { useTitle } from "./use-title";

export function PersonPage() {
  const { userId } = useParams({ from: "/signed-in/people/$userId" });
  useTitle(useUser(userId).data?.display_name ?? "");
  const message = useMessagePerson();
  return (
    <>
      <BackButton fallback="/people" />
      <PersonPanel key={userId} userId={userId} onMessage={message} />
    </>
  );
}
