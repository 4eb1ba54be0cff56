// Tells the service worker which files make up the client, and under which name this build of them is kept: in its code
// `__SHELL__` becomes `{ version, files }`.
import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import type { Plugin } from "vite";

const WORKER = "service-worker.js";
/** Fonts and pictures are fetched when a page needs them, and kept from then on. */
const IN_THE_SHELL = /\.(js|css)$/;

export function shellList(): Plugin {
  let publicDir = "public";
  return {
    name: "shell-list",
    apply: "build",
    enforce: "post",
    configResolved(config) {
      publicDir = config.publicDir;
    },
    generateBundle(_options, bundle) {
      const worker = bundle[WORKER];
      if (worker?.type !== "chunk") return this.error(`the build has no ${WORKER}`);
      const built = Object.keys(bundle).filter((name) => IN_THE_SHELL.test(name) && name !== WORKER);
      const copied = readdirSync(publicDir, { withFileTypes: true }).filter((entry) => entry.isFile());
      const files = ["/", ...[...built, ...copied.map((entry) => entry.name)].sort().map((name) => `/${name}`)];
      const page = bundle["index.html"];
      const version = createHash("sha256")
        .update(files.join("\n"))
        .update(page?.type === "asset" ? page.source : "")
        .update(worker.code)
        .digest("hex")
        .slice(0, 16);
      worker.code = worker.code.replaceAll("__SHELL__", JSON.stringify({ version, files }));
    },
  };
}
