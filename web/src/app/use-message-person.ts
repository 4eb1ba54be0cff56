// Opens the conversation with somebody, made on the way when there is none.
import { useNavigate } from "@tanstack/react-router";
import { tellFault } from "@/components/toast";
import { useOpenDirect } from "@/features/chat/api/open-direct";
import { toApiError } from "@/sdk/api-error";
import type { User } from "@/sdk/types";

export function useMessagePerson(): (user: User) => void {
  const openDirect = useOpenDirect();
  const navigate = useNavigate();
  return (user) =>
    openDirect.mutate(user, {
      onSuccess: ({ id }) => void navigate({ to: "/c/$conversationId", params: { conversationId: id } }),
      onError: (cause) => {
        tellFault(cause);
        // Where one follows them, so that it may be done.
        if (toApiError(cause).code === "not_connected")
          void navigate({ to: "/people/$userId", params: { userId: user.id } });
      },
    });
}
