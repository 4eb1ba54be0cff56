// The client proper; people without a session are sent to sign in.
import { useEffect, useState } from "react";
import { useArrival } from "@/lib/arrival";
import { useSession } from "@/lib/client-context";
import { fetchInQuiet } from "@/lib/later";
import { LiveProvider } from "./live-provider";
import { ToSignIn } from "./next";
import { Restoring } from "./restoring";
import { Shell } from "./shell";

export function SignedInPage() {
  const state = useSession();
  const arrival = useArrival();
  const signedIn = state.status === "signed-in";
  const [wasHere, setWasHere] = useState(signedIn);
  if (signedIn && !wasHere) setWasHere(true);
  useEffect(() => {
    // The code of an outside sign-in has done its work, or is not needed.
    if (signedIn) arrival.forget("code");
  }, [signedIn, arrival]);
  useEffect(() => {
    if (signedIn) fetchInQuiet();
  }, [signedIn]);
  if (state.status === "signed-out") return <ToSignIn comeBack={!wasHere || state.reason === "ended"} />;
  if (state.status !== "signed-in") return <Restoring />;
  return (
    <LiveProvider key={state.user.id} me={state.user}>
      <Shell />
    </LiveProvider>
  );
}
