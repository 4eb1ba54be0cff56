// Arabic, the part that every screen needs; loaded only by those who read it.
import { app } from "./ar/app";
import { auth } from "./ar/auth";
import { common } from "./ar/common";
import { errors } from "./ar/errors";
import type { en } from "./en";

export const ar: typeof en = { app, auth, common, errors };
