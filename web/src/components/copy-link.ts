// Puts an address of this client on the clipboard, to be handed to others, and says so.
import { copyText } from "@/lib/copy-text";
import { texts } from "@/texts/texts";
import { tell, tellFault } from "./toast";

/** `path` begins with a slash. */
export const linkTo = (path: string): string => window.location.origin + path;

export async function copyLink(path: string): Promise<void> {
  const link = linkTo(path);
  if (await copyText(link)) tell(texts.common.linkCopied);
  else tellFault(undefined, () => texts.common.notCopied(link));
}
