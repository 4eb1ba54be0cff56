// Where the running system is: the launcher writes its addresses to stack.json, PULSE_STACK_JSON names that file.
import { readFileSync } from "node:fs";

interface Stack {
  url: string;
  gateways: { url: string; admin_url: string; pid: number }[];
  redis: { pid: number };
  mail_dir: string;
}

/** The addresses of the first and the last gateway; the same one when there is only one. */
export function gatewayUrls(): { first: string; last: string } {
  const stack = readStack();
  const urls = stack.gateways.map((gateway) => gateway.url);
  return { first: urls[0] ?? stack.url, last: urls.at(-1) ?? stack.url };
}

/** The public URL: links in mails lead there, and a session lives where it was opened. */
export function publicUrl(): string {
  return readStack().url;
}

export function mailDir(): string {
  return readStack().mail_dir;
}

/** What runs and where, as it is now: a process that was replaced has another id. */
export function readStack(): Stack {
  const path = process.env.PULSE_STACK_JSON;
  if (!path) throw new Error("PULSE_STACK_JSON must name the stack.json of a running stack");
  return JSON.parse(readFileSync(path, "utf8")) as Stack;
}

/** A username nobody has yet. */
export function freshName(stem: string): string {
  return `${stem}_${Date.now().toString(36)}${Math.floor(Math.random() * 1296).toString(36)}`;
}
