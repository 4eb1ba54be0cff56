// POST /v1/auth/mfa: the second step of a sign-in.
import { useMutation } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import type { SecondFactor } from "@/sdk/types";

export function useSecondFactor() {
  const { session } = useServer();
  return useMutation({ mutationFn: (body: SecondFactor) => session.confirm(body) });
}
