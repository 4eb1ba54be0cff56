// Opens the conversation with somebody, made on the way when there is none.
import { useNavigate } from "@tanstack/react-router";
import { useOpenDirect } from "@/features/chat/api/open-direct";
import type { User } from "@/sdk/types";

export function useMessagePerson(): (user: User) => void {
  const openDirect = useOpenDirect();
  const navigate = useNavigate();
  return (user) =>
    openDirect.mutate(user, {
      onSuccess: ({ id }) => void navigate({ to: "/c/$conversationId", params: { conversationId: id } }),
      onError: () => void navigate({ to: "/people/$userId", params: { userId: user.id } }),
    });
}
