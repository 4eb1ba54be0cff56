// What a new account and a new password must look like, by the server's limits. Lengths count characters as the server does.
import * as z from "zod/mini";
import type { DEFAULT_LIMITS } from "@/lib/queries/config";
import { texts } from "@/texts/texts";

type Limits = Pick<typeof DEFAULT_LIMITS, keyof typeof DEFAULT_LIMITS>;

const NAME_SHAPE = /^[a-z0-9_](\.?[a-z0-9_])*$/;

export function signUpSchema(limits: Limits) {
  return z.object({
    display_name: z.string().check(z.trim(), atMost(limits.display_name_max)),
    username: z.string().check(
      z.trim(),
      z.toLowerCase(),
      atLeast(limits.username_min),
      atMost(limits.username_max),
      z.refine((name) => NAME_SHAPE.test(name), texts.auth.signUp.nameShape),
    ),
    email: emailSchema(),
    password: passwordSchema(limits),
  });
}

export function emailSchema() {
  return z.string().check(
    z.trim(),
    z.refine((email) => /^[^\s@]+@[^\s@]+$/.test(email), texts.auth.signUp.emailShape),
  );
}

/** A password of one's own choice. It is not trimmed. */
export function passwordSchema(limits: Pick<Limits, "password_min" | "password_max">) {
  return z.string().check(atLeast(limits.password_min), atMost(limits.password_max));
}

const lengthOf = (text: string) => [...text].length;

const atLeast = (least: number) =>
  z.refine<string>((text) => lengthOf(text) >= least, texts.auth.signUp.atLeast(least));

const atMost = (most: number) => z.refine<string>((text) => lengthOf(text) <= most, texts.auth.signUp.atMost(most));

export type SignUpValues = z.infer<ReturnType<typeof signUpSchema>>;
