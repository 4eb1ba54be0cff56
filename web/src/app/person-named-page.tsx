// The address that people hand to one another, with the username in it: leads on to the person.
import { Link, Navigate, useParams } from "@tanstack/react-router";
import { EmptyState } from "@/components/empty-state";
import { Spinner } from "@/components/spinner";
import { useUserByUsername } from "@/features/people/api/get-user-by-username";
import { errorText } from "@/lib/error-text";
import { toApiError } from "@/sdk/api-error";
import { texts } from "@/texts/texts";
import { BackButton } from "./back-button";

export function PersonNamedPage() {
  const words = texts.people;
  const { username } = useParams({ from: "/signed-in/u/$username" });
  const { data: user, error } = useUserByUsername(username);
  if (user) return <Navigate to="/people/$userId" params={{ userId: user.id }} replace />;
  const unknown = error !== null && toApiError(error).code === "not_found";
  return (
    <>
      <BackButton fallback="/people" />
      {!error && <Spinner label={words.loading} />}
      {error && (
        <EmptyState
          icon={unknown ? "search" : "alert"}
          title={unknown ? words.nobodyNamed(username) : errorText(error)}
        >
          {unknown && <p>{words.nobodyNamedText}</p>}
          <Link to="/people">{texts.inbox.findPeople}</Link>
        </EmptyState>
      )}
    </>
  );
}
