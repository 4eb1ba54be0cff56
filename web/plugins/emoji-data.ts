// Serves what is known of emoji from our own origin, loaded when it is needed: for the picker `/emoji/en/data.json` and
// `messages.json`, as the library wants them; for `:name` in the composer `names.json`, which is much smaller.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

interface Known {
  emoji: string;
  hexcode: string;
  label: string;
  tags?: string[];
  /** Absent for parts of other emoji. */
  group?: number;
}

const read = (name: string) =>
  readFile(fileURLToPath(new URL(`../node_modules/emojibase-data/en/${name}`, import.meta.url)), "utf8");

/** As `EmojiName` in src/features/chat/model/emoji-names.ts; in the order of the picker. */
async function names(): Promise<string> {
  const known = JSON.parse(await read("data.json")) as (Known & { order?: number })[];
  const codes = JSON.parse(await read("shortcodes/github.json")) as Record<string, string | string[]>;
  const named = known
    .filter(({ group }) => group !== undefined)
    .sort((a, b) => (a.order ?? 0) - (b.order ?? 0))
    .map(({ emoji, hexcode, label, tags = [] }) => {
      const called = [codes[hexcode] ?? label.toLowerCase().replace(/[^a-z0-9]+/g, "_")].flat();
      return { emoji, names: called, tags: tags.filter((tag) => !called.includes(tag)) };
    });
  return JSON.stringify(named);
}

const FILES: Record<string, () => Promise<string>> = {
  "data.json": () => read("data.json"),
  "messages.json": () => read("messages.json"),
  "names.json": names,
};

export function emojiData(): Plugin {
  return {
    name: "emoji-data",
    configureServer(server) {
      server.middlewares.use("/emoji/en", (request, response, next) => {
        const make = FILES[request.url?.slice(1) ?? ""];
        if (!make) return next();
        response.setHeader("Content-Type", "application/json");
        void make().then((text) => response.end(text), next);
      });
    },
    async generateBundle() {
      for (const [name, make] of Object.entries(FILES))
        this.emitFile({ type: "asset", fileName: `emoji/en/${name}`, source: await make() });
    },
  };
}
