// What a search inside the conversation has found: the places in each message, by its id.
import type { Highlight } from "./message-text";

export type Finds = ReadonlyMap<string, readonly Highlight[]>;

export const NO_FINDS: Finds = new Map();
