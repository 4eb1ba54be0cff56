// The theme that was chosen on another device: taken over when it changes, and by a device without a choice of its own.
import { useEffect, useRef } from "react";
import { useLive } from "@/lib/client-context";
import { storedTheme, type Theme, themeNamed } from "@/lib/show-theme";
import { applyTheme } from "@/lib/theme";

export function useAccountTheme(): void {
  const { me } = useLive();
  const theme = themeNamed(me.settings.theme);
  const known = useRef<Theme>(undefined);
  useEffect(() => {
    const before = known.current;
    known.current = theme;
    const changed = before !== undefined && before !== theme;
    if (changed || (storedTheme() === "system" && theme !== "system")) applyTheme(theme);
  }, [theme]);
}
