// Puts src/ahead.ts into the page, before everything else, with a list of what each screen is made of: so a screen is
// asked for beside the base, not when that has come and run. A script of its own, since the policy of the page allows
// none in it. What is large gives way to what the first picture needs.
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "vite";
import type { Ahead } from "../src/ahead";
import { type Chunk, chunksOf, closure, entryOf, holdersOf } from "./chunks";
import { SCREENS } from "./screens";

const PAGE = "index.html";
const START = '<script type="module"';
const LARGE = /<link rel="modulepreload"([^>]+\/(?:react|base)-)/g;
/** Text begins in it: whatever the language, there are digits and names in Latin letters. */
const FONT = /^assets\/inter-latin-wght-normal-/;
/** The texts of the way in, of what is behind it, and of the settings. */
const LANGUAGES = {
  en: [[], ["texts/en-more.ts"], ["texts/en/settings.ts"]],
  ar: [["texts/ar.ts"], ["texts/ar-more.ts"], ["texts/ar/settings.ts"]],
} as const;

export function ahead(): Plugin {
  return {
    name: "ahead",
    apply: "build",
    enforce: "post",
    async generateBundle(_options, bundle) {
      const page = bundle[PAGE];
      if (page?.type !== "asset") return this.error(`the build has no ${PAGE}`);
      const source = String(page.source);
      if (!source.includes(START)) return this.error(`${PAGE} has no ${START}`);
      const font = Object.keys(bundle).find((name) => FONT.test(name));
      if (!font) return this.error("the build has no font for Latin letters");
      const code = await scriptWith(listOf(chunksOf(bundle), font));
      const fileName = `assets/ahead-${createHash("sha256").update(code).digest("base64url").slice(0, 8)}.js`;
      this.emitFile({ type: "asset", fileName, source: code });
      page.source = source
        .replace(START, `<script src="/${fileName}"></script>\n    ${START}`)
        .replace(LARGE, '<link rel="modulepreload" fetchpriority="low"$1');
    },
  };
}

function listOf(chunks: readonly Chunk[], font: string): Ahead {
  const all: string[] = [font];
  const started = closure(entryOf(chunks), chunks);
  const numbersOf = (files: readonly string[]) => {
    const further = closure(holdersOf(files, chunks), chunks).filter((chunk) => !started.includes(chunk));
    const names = further.flatMap(({ fileName, viteMetadata }) => [fileName, ...(viteMetadata?.importedCss ?? [])]);
    return [...new Set(names)].map((name) => {
      if (!all.includes(name)) all.push(name);
      return all.indexOf(name);
    });
  };
  const screens = Object.values(SCREENS).map(({ who, at, files, asks = [] }) => {
    const parts = files.filter((file) => !file.startsWith("texts/"));
    return { who, at, parts: [0, ...numbersOf(parts)], texts: 1 + files.length - parts.length, asks };
  });
  return { screens, texts: { en: LANGUAGES.en.map(numbersOf), ar: LANGUAGES.ar.map(numbersOf) }, files: all };
}

/** One script without imports, which the browser can run as soon as it has it. */
async function scriptWith(list: Ahead): Promise<string> {
  const built = await build({
    configFile: false,
    envDir: false,
    logLevel: "warn",
    define: { __AHEAD__: JSON.stringify(list) },
    resolve: { alias: { "@": fileURLToPath(new URL("../src", import.meta.url)) } },
    build: {
      write: false,
      copyPublicDir: false,
      target: "es2022",
      modulePreload: { polyfill: false },
      rollupOptions: {
        input: fileURLToPath(new URL("../src/ahead.ts", import.meta.url)),
        output: { format: "iife" },
      },
    },
  });
  const [first] = Array.isArray(built) ? built : [built];
  const script = first && "output" in first ? first.output[0] : undefined;
  if (script?.type !== "chunk" || script.imports.length > 0) throw new Error("src/ahead.ts is not one script");
  return script.code;
}
