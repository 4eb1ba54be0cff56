// POST /v1/auth/login.
import { useMutation } from "@tanstack/react-query";
import { useServer } from "@/lib/client-context";
import type { LoginRequest } from "@/sdk/types";

export function useSignIn() {
  const { session } = useServer();
  return useMutation({ mutationFn: (body: LoginRequest) => session.login(body) });
}
