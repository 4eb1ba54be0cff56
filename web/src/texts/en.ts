// English, and with it the shape of every language.
import { common } from "./en/common";
import { conversations } from "./en/conversations";
import { errors } from "./en/errors";
import { inbox } from "./en/inbox";
import { people } from "./en/people";

export const en = { common, conversations, errors, inbox, people };

export type Texts = typeof en;
