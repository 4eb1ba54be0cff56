// The address of the settings as such: where there is room beside the list, its first page is opened.
import { Navigate } from "@tanstack/react-router";
import { useWide } from "@/lib/use-wide";
import { texts } from "@/texts/texts";
import { useTitle } from "./use-title";

export function SettingsHome() {
  useTitle(texts.account.nav.title);
  const wide = useWide();
  return wide ? <Navigate to="/settings/$page" params={{ page: "profile" }} replace /> : null;
}
