// Whether a conversation is muted just now.

export function isMuted(mutedUntil: string | null | undefined, now = Date.now()): boolean {
  return mutedUntil != null && Date.parse(mutedUntil) > now;
}
