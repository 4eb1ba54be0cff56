// The screens for people without a session; the others are sent to their conversations.
import { Navigate, Outlet } from "@tanstack/react-router";
import { useSession } from "@/lib/client-context";
import { Restoring } from "./restoring";

export function SignedOut() {
  const state = useSession();
  // Whoever comes from signing up is new here. The address is read, not followed: a change of it must not navigate again.
  const next = window.location.pathname === "/sign-up" ? "/welcome" : "/";
  if (state.status === "signed-in") return <Navigate to={next} replace />;
  return state.status === "signed-out" ? <Outlet /> : <Restoring />;
}
