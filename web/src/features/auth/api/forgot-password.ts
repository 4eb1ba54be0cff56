// POST /v1/auth/password/forgot.
import { useMutation } from "@tanstack/react-query";
import { postPublic } from "@/sdk/public-call";

export function useForgotPassword() {
  return useMutation({ mutationFn: (email: string) => postPublic<void>("/v1/auth/password/forgot", { email }) });
}
