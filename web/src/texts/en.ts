// English, and with it the shape of every language.
import { common } from "./en/common";
import { errors } from "./en/errors";

export const en = { common, errors };

export type Texts = typeof en;
