// What the build puts in the place of a name; see vite.config.ts.
declare const __VERSION__: string;
