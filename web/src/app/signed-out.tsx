// The screens for people without a session; the others are sent to their conversations.
import { Navigate, Outlet } from "@tanstack/react-router";
import { useSession } from "@/lib/client-context";
import { Restoring } from "./restoring";

export function SignedOut() {
  const state = useSession();
  if (state.status === "signed-in") return <Navigate to="/" replace />;
  return state.status === "signed-out" ? <Outlet /> : <Restoring />;
}
