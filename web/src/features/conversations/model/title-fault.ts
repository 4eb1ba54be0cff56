// What is wrong with a name, before the server is asked. Letters are counted as the server counts them.
import { texts } from "@/texts/texts";

export function titleFault(title: string, required: boolean, max: number): string | undefined {
  const length = [...title.trim()].length;
  if (required && length === 0) return texts.conversations.titleRequired;
  return length > max ? texts.conversations.titleTooLong(max) : undefined;
}
