// Arabic; loaded only by those who read it.
import { common } from "./ar/common";
import { errors } from "./ar/errors";
import type { Texts } from "./en";

export const ar: Texts = { common, errors };
