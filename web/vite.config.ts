// How the client is built, served while developing, and tested.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { ahead } from "./plugins/ahead";
import { budget } from "./plugins/budget";
import { emojiData } from "./plugins/emoji-data";
import { precompress } from "./plugins/precompress";
import { scaleText } from "./plugins/scale-text";
import { chunkOf } from "./plugins/screens";
import { shellList } from "./plugins/shell-list";

const { version } = JSON.parse(await readFile(new URL("./package.json", import.meta.url), "utf8")) as {
  version: string;
};
const gateway = process.env.PULSE_DEV_GATEWAY ?? "http://localhost:8080";

export default defineConfig({
  plugins: [react(), scaleText(), emojiData(), ahead(), shellList(), budget(), precompress()],
  define: { __VERSION__: JSON.stringify(version) },
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    target: "es2022",
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    assetsInlineLimit: 0,
    modulePreload: {
      polyfill: false,
      // What is loaded later finds most of its parts there; asking for each one of them took as long as drawing a screen.
      resolveDependencies: (_file, needed, { hostType }) =>
        hostType === "html" ? needed : needed.filter((file) => file.endsWith(".css")),
    },
    rollupOptions: {
      input: { index: "index.html", "service-worker": "src/service-worker.ts" },
      output: {
        codeSplitting: { includeDependenciesRecursively: false, groups: [{ name: chunkOf }] },
        // The worker keeps its name: browsers look there for the next version of it.
        entryFileNames: ({ name }) => (name === "service-worker" ? "[name].js" : "assets/[name]-[hash].js"),
      },
    },
  },
  server: { proxy: { "/v1": { target: gateway, ws: true } } },
  test: {
    environment: "jsdom",
    environmentOptions: { jsdom: { url: "http://localhost:3000" } },
    setupFiles: ["./src/test-setup.ts"],
    include: ["src/**/*.test.{ts,tsx}"],
    restoreMocks: true,
    // Vitest would leave one core to an editor: of two, half of all.
    maxWorkers: "100%",
  },
});
