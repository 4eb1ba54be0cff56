// What the keys do that work everywhere. The list of them is src/lib/shortcuts.ts.
import { useNavigate, useRouter } from "@tanstack/react-router";
import { useLayoutEffect } from "react";
import { useInbox } from "@/lib/live/use-inbox";
import { type ShortcutName, shortcutOf } from "@/lib/shortcuts";
import { movePane } from "./panes";
import { openWindow } from "./windows";

export function useKeyboard(): void {
  const navigate = useNavigate();
  const router = useRouter();
  const { conversations } = useInbox();
  // Before anything of it is seen: a key that is pressed at once counts.
  useLayoutEffect(() => {
    const step = (by: number) => {
      const open = router.state.location.pathname.match(/^\/c\/([^/]+)/)?.[1];
      const at = conversations.findIndex(({ id }) => id === open);
      const next = conversations[at < 0 ? 0 : at + by];
      if (next) void navigate({ to: "/c/$conversationId", params: { conversationId: next.id } });
    };
    const deeds: Partial<Record<ShortcutName, () => void>> = {
      palette: () => openWindow("palette"),
      help: () => openWindow("help"),
      settings: () => void navigate({ to: "/settings" }),
      nextPane: () => movePane(1),
      previousPane: () => movePane(-1),
      nextChat: () => step(1),
      previousChat: () => step(-1),
      // One step at a time: first the details of a chat, then the chat.
      escape: () => {
        const { pathname, search } = router.state.location;
        if ("details" in search && search.details) router.history.push(pathname);
        else void navigate({ to: "/" });
      },
    };
    const pressed = (event: KeyboardEvent) => {
      const name = shortcutOf(event) ?? (leavesComposer(event) ? "escape" : undefined);
      const deed = name && deeds[name];
      // What lies over the page has its own keys; Escape belongs to it alone.
      const covered = document.querySelector("[role=dialog], [role=menu], [role=listbox]") !== null;
      if (!deed || (covered && (name === "escape" || name === "help"))) return;
      if (name === "escape" && router.state.location.pathname === "/") return;
      event.preventDefault();
      deed();
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, [navigate, router, conversations]);
}

/** Escape in the empty field of a chat; what is written there is not left by accident. */
function leavesComposer({ key, target, defaultPrevented, isComposing }: KeyboardEvent): boolean {
  if (key !== "Escape" || defaultPrevented || isComposing || !(target instanceof HTMLTextAreaElement)) return false;
  return target.value === "" && window.location.pathname.startsWith("/c/");
}
