// What the build puts in the place of names; see vite.config.ts and plugins/ahead.ts.
declare const __VERSION__: string;
declare const __AHEAD__: import("./ahead").Ahead;
