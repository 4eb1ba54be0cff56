// POST /v1/auth/register.
import { useMutation } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import type { RegisterRequest } from "@/sdk/types";

export function useSignUp() {
  const { session } = useServer();
  return useMutation({ mutationFn: (body: RegisterRequest) => session.register(body) });
}
