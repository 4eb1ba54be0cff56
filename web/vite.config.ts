// How the client is built, served while developing, and tested.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, gzip } from "node:zlib";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const { version } = JSON.parse(await readFile(new URL("./package.json", import.meta.url), "utf8")) as {
  version: string;
};
const gateway = process.env.PULSE_DEV_GATEWAY ?? "http://localhost:8080";

/** Writes `<file>.gz` and `<file>.br` beside every text file of the build, so that the gateway never compresses at run time. */
function precompress(): Plugin {
  const worthIt = /\.(js|css|html|svg|json|webmanifest|txt)$/;
  let outDir = "dist";
  return {
    name: "precompress",
    apply: "build",
    configResolved(config) {
      outDir = config.build.outDir;
    },
    async closeBundle() {
      const entries = await readdir(outDir, { recursive: true, withFileTypes: true });
      for (const entry of entries) {
        if (!entry.isFile() || !worthIt.test(entry.name)) continue;
        const path = join(entry.parentPath, entry.name);
        const plain = await readFile(path);
        await writeFile(`${path}.gz`, await promisify(gzip)(plain, { level: 9 }));
        await writeFile(`${path}.br`, await promisify(brotliCompress)(plain));
      }
    },
  };
}

/** The size of text is a choice of the person: every `font-size` in px is multiplied by it (see src/lib/appearance.ts). */
function scaleText(): Plugin {
  return {
    name: "scale-text",
    enforce: "pre",
    transform(code, id) {
      if (!/\/src\/.*\.css$/.test(id)) return;
      return code.replace(/font-size:\s*([\d.]+px)/g, "font-size: calc($1 * var(--text-scale))");
    },
  };
}

/** Serves the names and order of emoji from our own origin: `/emoji/en/data.json`, loaded when the picker opens. */
function emojiData(): Plugin {
  const files = ["data.json", "messages.json"];
  const read = (name: string) =>
    readFile(fileURLToPath(new URL(`./node_modules/emojibase-data/en/${name}`, import.meta.url)), "utf8");
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

export default defineConfig({
  plugins: [react(), scaleText(), emojiData(), precompress()],
  define: { __VERSION__: JSON.stringify(version) },
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    target: "es2022",
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { "/v1": { target: gateway, ws: true } } },
  test: {
    environment: "jsdom",
    environmentOptions: { jsdom: { url: "http://localhost:3000" } },
    setupFiles: ["./src/test-setup.ts"],
    include: ["src/**/*.test.{ts,tsx}"],
    restoreMocks: true,
  },
});
