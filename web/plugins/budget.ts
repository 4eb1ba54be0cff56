// Fails the build when the script that the first picture of any screen needs grows too large.
import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";
import { type Chunk, chunksOf, closure, entryOf, holdersOf } from "./chunks";
import { SCREENS } from "./screens";

/** Who is not signed in yet has nothing kept: theirs is a first visit. */
const BUDGET_KIB = { visitor: 150, anybody: 150, member: 200 };

const AHEAD = /^assets\/ahead-[^/]+\.js$/;
const zipped = (code: string) => gzipSync(code, { level: 9 }).length;

export function budget(): Plugin {
  return {
    name: "budget",
    apply: "build",
    enforce: "post",
    // Vite writes the names of all chunks into the first one at the very end.
    writeBundle(_options, bundle) {
      const chunks = chunksOf(bundle);
      const entry = entryOf(chunks);
      const ahead = Object.values(bundle).flatMap((part) =>
        part.type === "asset" && AHEAD.test(part.fileName) ? String(part.source) : [],
      )[0];
      if (!ahead) return this.error("the build has no script that runs ahead");
      for (const [screen, { who, files }] of Object.entries(SCREENS)) {
        const needed = closure([...entry, ...holdersOf(files, chunks)], chunks);
        const bytes = [ahead, ...needed.map(({ code = "" }) => code)].reduce((sum, code) => sum + zipped(code), 0);
        const kib = `${(bytes / 1024).toFixed(1)} KiB`;
        if (bytes > BUDGET_KIB[who] * 1024)
          this.error(`"${screen}" needs ${kib} of script, at most ${BUDGET_KIB[who]} may be:\n${heaviest(needed)}`);
        this.info(`"${screen}" needs ${kib} of script`);
      }
    },
  };
}

/** What takes the most room, by package or by folder of ours, before compression. */
function heaviest(chunks: readonly Chunk[]): string {
  const sizes = new Map<string, number>();
  for (const { modules = {} } of chunks)
    for (const [id, { renderedLength }] of Object.entries(modules)) {
      const [part = id] =
        /(?<=node_modules\/)(@[^/]+\/)?[^/]+(\/(?!dist|esm|build)[^/]+)?|src\/(features\/)?[^/]+/.exec(id) ?? [];
      sizes.set(part, (sizes.get(part) ?? 0) + renderedLength);
    }
  const lines = [...sizes].sort((a, b) => b[1] - a[1]).slice(0, 24);
  return lines.map(([part, bytes]) => `${(bytes / 1024).toFixed(0).padStart(6)} KiB  ${part}`).join("\n");
}
