// Arabic; loaded only by those who read it.

import { account } from "./ar/account";
import { app } from "./ar/app";
import { auth } from "./ar/auth";
import { chat } from "./ar/chat";
import { common } from "./ar/common";
import { conversations } from "./ar/conversations";
import { errors } from "./ar/errors";
import { inbox } from "./ar/inbox";
import { live } from "./ar/live";
import { people } from "./ar/people";
import type { Texts } from "./en";

export const ar: Texts = { account, app, auth, chat, common, conversations, errors, inbox, live, people };
