// Which of these people are meant by what was typed.
import type { UserLite } from "@/sdk/types";

/** By any part of the name or the username; accents and case don't count. */
export function matching<T extends Pick<UserLite, "display_name" | "username">>(people: readonly T[], q: string): T[] {
  const wanted = plain(q.trim().replace(/^@/, ""));
  if (wanted === "") return [...people];
  return people.filter((user) => plain(user.display_name).includes(wanted) || plain(user.username).includes(wanted));
}

function plain(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}
