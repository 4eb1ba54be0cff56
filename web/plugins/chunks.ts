// What the plugins ask of a finished build: which chunks hold some files, and what those need.

export interface Chunk {
  type: string;
  fileName: string;
  code?: string;
  isEntry?: boolean;
  imports?: string[];
  facadeModuleId?: string | null;
  moduleIds?: string[];
  modules?: Record<string, { renderedLength: number }>;
  viteMetadata?: { importedCss: Set<string> };
}

export function chunksOf(bundle: object): Chunk[] {
  return (Object.values(bundle) as Chunk[]).filter(({ type }) => type === "chunk");
}

/** The chunks with which the client starts. */
export function entryOf(chunks: readonly Chunk[]): Chunk[] {
  return chunks.filter(({ isEntry, facadeModuleId }) => isEntry && facadeModuleId?.endsWith("index.html"));
}

/** The chunks that hold files of src/, and those through which they are imported; throws when one is in none. */
export function holdersOf(files: readonly string[], chunks: readonly Chunk[]): Chunk[] {
  return files.flatMap((file) => {
    const isIt = (id: string | null | undefined) => id?.endsWith(`/src/${file}`);
    const holders = chunks.filter(({ facadeModuleId, moduleIds }) => isIt(facadeModuleId) || moduleIds?.some(isIt));
    if (holders.length === 0) throw new Error(`no chunk holds ${file}`);
    return holders;
  });
}

/** These chunks and all that they import at once. */
export function closure(roots: readonly Chunk[], chunks: readonly Chunk[]): Chunk[] {
  const needed = new Set<Chunk>();
  const take = (chunk: Chunk | undefined) => {
    if (!chunk || needed.has(chunk)) return;
    needed.add(chunk);
    for (const name of chunk.imports ?? []) take(chunks.find(({ fileName }) => fileName === name));
  };
  for (const root of roots) take(root);
  return [...needed];
}
