import { EmptyState } from "@/components/empty-state";

export function HomePage() {
  return (
    <EmptyState icon="chat" title="Pick a conversation">
      Or press <kbd>/</kbd> to find somebody new.
    </EmptyState>
  );
}
