// What the running system mailed: without a mail server each mail is a file in the folder that stack.json names.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "@playwright/test";
import { mailDir } from "./stack";

/** The link of the newest mail of this kind to this address, waited for. */
export async function linkFrom(kind: "verify_email" | "reset_password", address: string): Promise<string> {
  let link: string | undefined;
  await expect
    .poll(() => {
      link = newest(kind, address)?.match(/https?:\/\/\S+#token=[\w.~-]+/)?.[0];
      return link;
    })
    .toBeDefined();
  return link ?? "";
}

/** Names of mails are ordered by time. */
function newest(kind: string, address: string): string | undefined {
  const mails = readdirSync(mailDir())
    .filter((name) => name.endsWith(".eml"))
    .sort()
    .map((name) => readFileSync(join(mailDir(), name), "utf8"));
  const latest = mails.findLast(
    (mail) => mail.includes(`X-PulseChat-Mail: ${kind}`) && mail.includes(`To: ${address}`),
  );
  // Quoted-printable: soft line breaks, and "=" itself.
  return latest?.replace(/=\r?\n/g, "").replace(/=3D/g, "=");
}
