// English, and with it the shape of every language.
import { account } from "./en/account";
import { app } from "./en/app";
import { auth } from "./en/auth";
import { chat } from "./en/chat";
import { common } from "./en/common";
import { conversations } from "./en/conversations";
import { errors } from "./en/errors";
import { inbox } from "./en/inbox";
import { live } from "./en/live";
import { people } from "./en/people";

export const en = { account, app, auth, chat, common, conversations, errors, inbox, live, people };

export type Texts = typeof en;
