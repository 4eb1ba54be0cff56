// The earlier place of lib/live/presence.
import { usePresence as useLivePresence } from "@/lib/live/presence";

export const usePresence = useLivePresence;
