// The screens for people without a session; the others are sent on.
import { Navigate, Outlet } from "@tanstack/react-router";
import { useSession } from "@/lib/client-context";
import { ToNext } from "./next";
import { Restoring } from "./restoring";

export function SignedOut() {
  const state = useSession();
  // Whoever comes from signing up is new here. The address is read, not followed: a change of it must not navigate again.
  const isNew = window.location.pathname === "/sign-up";
  if (state.status === "signed-in") return isNew ? <Navigate to="/welcome" replace /> : <ToNext />;
  return state.status === "signed-out" ? <Outlet /> : <Restoring />;
}
