// Notices of what comes in conversations that are not on screen.
import { useLocation, useNavigate } from "@tanstack/react-router";
import { later } from "@/lib/later";

const Notices = later(() => import("@/features/notices/components/notices").then((part) => part.Notices));

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
