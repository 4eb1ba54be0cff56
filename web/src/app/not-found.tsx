// An address that leads nowhere, with the way on.
import { Link } from "@tanstack/react-router";
import { EmptyState } from "@/components/empty-state";
import { texts } from "@/texts/texts";
import { useTitle } from "./use-title";

export function NotFound() {
  const { notFound: words } = texts.app;
  useTitle(words.title);
  return (
    <EmptyState icon="search" title={words.title} alone>
      <p>{words.explain}</p>
      <Link to="/">{words.home}</Link>
    </EmptyState>
  );
}
