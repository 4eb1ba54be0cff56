// Signing in from the first step to the last: by password or by an outside provider, then a second factor if the
// account has one. Once signed in, the session says so and this screen gives way.
import { type ReactNode, useState } from "react";
import { Spinner } from "@/components/spinner";
import { toApiError } from "@/sdk/api-error";
import type { MfaChallenge } from "@/sdk/types";
import { texts } from "@/texts/texts";
import { useExchangeCode } from "../api/exchange-code";
import { AuthCard } from "./auth-card";
import { exchangeText, outsideText } from "./outside-texts";
import { rememberedChoice } from "./remembered-choice";
import { SecondFactorForm } from "./second-factor-form";
import { SignInForm } from "./sign-in-form";

interface Props {
  /** What an outside provider's sign-in came back with. */
  code?: string | undefined;
  error?: string | undefined;
  ended: boolean;
  /** Who is about to sign in again. */
  username?: string | undefined;
  forgot: ReactNode;
  footer: ReactNode;
  /** The accounts that are signed in on this browser already. */
  known?: ReactNode;
  /** The person starts over: what came along is used up. */
  onRestart: () => void;
}

type Step =
  | { name: "first"; reason?: string | undefined }
  | { name: "finishing" }
  | { name: "second"; challenge: MfaChallenge };

export function SignIn({ code, error, ended, username, forgot, footer, known, onRestart }: Props) {
  const [chosen, setChosen] = useState<Step>();
  const exchange = useExchangeCode(code, rememberedChoice());
  const step = chosen ?? arrivalStep(code, exchange, error);
  const restart = (reason?: string) => {
    onRestart();
    setChosen({ name: "first", reason });
  };
  if (step.name === "finishing")
    return (
      <AuthCard title={texts.auth.almost} lead={texts.auth.almostLead}>
        <Spinner label={texts.auth.signingYouIn} />
      </AuthCard>
    );
  if (step.name === "second") return <SecondFactorForm challenge={step.challenge} onRestart={restart} />;
  return (
    <SignInForm
      username={username}
      reason={step.reason ?? (ended && !chosen ? texts.auth.ended : undefined)}
      forgot={forgot}
      footer={footer}
      known={known}
      onChallenge={(challenge) => setChosen({ name: "second", challenge })}
    />
  );
}

/** Where an arrival from an outside provider leads; the first step without one. */
function arrivalStep(
  code: string | undefined,
  exchange: ReturnType<typeof useExchangeCode>,
  error: string | undefined,
): Step {
  if (code === undefined) return { name: "first", reason: error && outsideText(error) };
  if (exchange.isError) return { name: "first", reason: exchangeText(toApiError(exchange.error)) };
  return exchange.data ? { name: "second", challenge: exchange.data } : { name: "finishing" };
}
