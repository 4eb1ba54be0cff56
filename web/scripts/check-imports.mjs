// Checks what the linter cannot: imports run shared -> features -> app, features do not know one another, sdk/ has no
// React, and files stay short enough to read.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../src", import.meta.url));
const MAX_LINES = 200;
const RANK = { sdk: 0, texts: 0, lib: 1, components: 2, features: 3, app: 4, testing: 4, "": 5 };

const layerOf = (path) => (path.includes("/") ? path.split("/")[0] : "");
const featureOf = (path) => (layerOf(path) === "features" ? path.split("/")[1] : undefined);

function targetOf(file, specifier) {
  if (specifier.startsWith("@/")) return specifier.slice(2);
  if (specifier.startsWith(".")) return posix.join(dirname(file), specifier);
  return undefined;
}

function faultsOf(file) {
  const text = readFileSync(join(root, file), "utf8");
  const faults = [];
  const lines = text.split("\n").length - 1;
  if (lines > MAX_LINES && !file.endsWith("schema.d.ts") && layerOf(file) !== "texts")
    faults.push(`${lines} lines, at most ${MAX_LINES}`);
  for (const [, specifier] of text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)) {
    if (layerOf(file) === "sdk" && /^(react|@tanstack\/react)/.test(specifier)) faults.push(`sdk imports ${specifier}`);
    const target = targetOf(file, specifier);
    if (target === undefined) continue;
    if (layerOf(target) === "testing" && (file.includes(".test.") || layerOf(file) === "testing")) continue;
    if (RANK[layerOf(target)] > RANK[layerOf(file)])
      faults.push(`${layerOf(file)} imports from ${layerOf(target)}: ${specifier}`);
    const [from, to] = [featureOf(file), featureOf(target)];
    if (from && to && from !== to) faults.push(`feature ${from} imports feature ${to}: ${specifier}`);
  }
  return faults.map((fault) => `src/${file}: ${fault}`);
}

const files = readdirSync(root, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
  .map((entry) => relative(root, join(entry.parentPath, entry.name)));
const faults = files.flatMap(faultsOf);
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exit(1);
console.log(`imports of ${files.length} files run the right way`);
