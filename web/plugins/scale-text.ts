// The size of text is a choice of the person: every `font-size` in px is multiplied by it (see src/lib/appearance.ts).
import type { Plugin } from "vite";

export function scaleText(): Plugin {
  return {
    name: "scale-text",
    enforce: "pre",
    transform(code, id) {
      if (!/\/src\/.*\.css$/.test(id)) return;
      return code.replace(/font-size:\s*([\d.]+px)/g, "font-size: calc($1 * var(--text-scale))");
    },
  };
}
