// English, the part that every screen needs, the way in too; and with it the shape of every language.
import { app } from "./en/app";
import { auth } from "./en/auth";
import { common } from "./en/common";
import { errors } from "./en/errors";

export const en = { app, auth, common, errors };
