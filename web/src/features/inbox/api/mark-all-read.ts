// PUT /v1/conversations/read-all: nothing is unread any more, whatever the list has loaded. The counts follow by events.
import { useMutation } from "@tanstack/react-query";
import { tell, tellFault } from "@/components/toast";
import { useServer } from "@/lib/client-context";
import { unwrap } from "@/sdk/api-client";
import { texts } from "@/texts/texts";

export function useMarkAllRead() {
  const { api } = useServer();
  return useMutation({
    mutationFn: () => unwrap(api.PUT("/v1/conversations/read-all")),
    onSuccess: () => tell(texts.inbox.allRead),
    onError: (cause) => tellFault(cause),
  });
}
