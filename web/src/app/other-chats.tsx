// Notices of what comes in conversations that are not on screen.
import { useLocation, useNavigate } from "@tanstack/react-router";
import { Notices } from "@/features/notices/components/notices";

export function OtherChats() {
  const { pathname } = useLocation();
  const navigate = useNavigate();
  const openId = /^\/c\/([^/]+)/.exec(pathname)?.[1];
  return (
    <Notices
      openId={openId}
      onOpen={(conversationId) => void navigate({ to: "/c/$conversationId", params: { conversationId } })}
    />
  );
}
