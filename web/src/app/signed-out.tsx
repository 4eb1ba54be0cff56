// The screens for people without a session; the others are sent to their conversations.
import { Navigate, Outlet, useLocation } from "@tanstack/react-router";
import { useSession } from "@/lib/client-context";
import { Restoring } from "./restoring";

export function SignedOut() {
  const state = useSession();
  const { pathname } = useLocation();
  // Whoever comes from signing up is new here.
  if (state.status === "signed-in") return <Navigate to={pathname === "/sign-up" ? "/welcome" : "/"} replace />;
  return state.status === "signed-out" ? <Outlet /> : <Restoring />;
}
