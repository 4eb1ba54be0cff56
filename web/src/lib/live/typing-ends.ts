// The server says when somebody stops typing; should that be lost, it ends by itself.
import type { LiveEvent } from "@/sdk/events";

type Typing = Extract<LiveEvent, { type: "typing" }>["data"];

/** A start fades on the server after 6 s and is repeated every 3 s. */
const END_MS = 8_000;

export class TypingEnds {
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(private readonly end: (typing: Typing) => void) {}

  note(event: LiveEvent): void {
    if (event.type !== "typing") return;
    const { conversation_id, user_id, active } = event.data;
    const key = `${conversation_id} ${user_id}`;
    clearTimeout(this.timers.get(key));
    this.timers.delete(key);
    if (!active) return;
    const end = () => {
      this.timers.delete(key);
      this.end({ conversation_id, user_id, active: false });
    };
    this.timers.set(key, setTimeout(end, END_MS));
  }

  stop(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
  }
}
