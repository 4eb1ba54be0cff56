// Serves the names and order of emoji from our own origin: `/emoji/en/data.json`, loaded when the picker opens.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

export function emojiData(): Plugin {
  const files = ["data.json", "messages.json"];
  const read = (name: string) =>
    readFile(fileURLToPath(new URL(`../node_modules/emojibase-data/en/${name}`, import.meta.url)), "utf8");
  return {
    name: "emoji-data",
    configureServer(server) {
      server.middlewares.use("/emoji/en", (request, response, next) => {
        const name = request.url?.slice(1) ?? "";
        if (!files.includes(name)) return next();
        response.setHeader("Content-Type", "application/json");
        void read(name).then((text) => response.end(text), next);
      });
    },
    async generateBundle() {
      for (const name of files)
        this.emitFile({ type: "asset", fileName: `emoji/en/${name}`, source: await read(name) });
    },
  };
}
