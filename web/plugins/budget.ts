// Fails the build when the script that the first picture of any screen needs grows too large.
import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";
import { SCREENS } from "./screens";

const BUDGET_BYTES = 200 * 1024;

interface Chunk {
  type: string;
  fileName: string;
  code?: string;
  isEntry?: boolean;
  imports?: string[];
  facadeModuleId?: string | null;
  moduleIds?: string[];
  modules?: Record<string, { renderedLength: number }>;
}

export function budget(): Plugin {
  return {
    name: "budget",
    apply: "build",
    enforce: "post",
    // Vite writes the names of all chunks into the first one at the very end.
    writeBundle(_options, bundle) {
      const chunks = (Object.values(bundle) as Chunk[]).filter(({ type }) => type === "chunk");
      const entry = chunks.filter(({ isEntry, facadeModuleId }) => isEntry && facadeModuleId?.endsWith("index.html"));
      for (const [screen, files] of Object.entries(SCREENS)) {
        const parts = files.flatMap((file) =>
          chunks.filter(({ moduleIds }) => moduleIds?.some((id) => id.endsWith(`/src/${file}`))),
        );
        if (parts.length < files.length) this.error(`the budget looks for ${files.join(", ")}, and not all are there`);
        const needed = closure([...entry, ...parts], chunks);
        const bytes = needed.reduce((sum, { code = "" }) => sum + gzipSync(code, { level: 9 }).length, 0);
        const kib = `${(bytes / 1024).toFixed(1)} KiB`;
        if (bytes > BUDGET_BYTES)
          this.error(`"${screen}" needs ${kib} of script, at most ${BUDGET_BYTES / 1024} may be:\n${heaviest(needed)}`);
        this.info(`"${screen}" needs ${kib} of script`);
      }
    },
  };
}

/** These chunks and all that they import at once. */
function closure(roots: readonly Chunk[], chunks: readonly Chunk[]): Chunk[] {
  const needed = new Set<Chunk>();
  const take = (chunk: Chunk | undefined) => {
    if (!chunk || needed.has(chunk)) return;
    needed.add(chunk);
    for (const name of chunk.imports ?? []) take(chunks.find(({ fileName }) => fileName === name));
  };
  for (const root of roots) take(root);
  return [...needed];
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
