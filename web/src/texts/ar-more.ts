// Arabic, the part that only people who are signed in read.
import { account } from "./ar/account";
import { chat } from "./ar/chat";
import { conversations } from "./ar/conversations";
import { inbox } from "./ar/inbox";
import { live } from "./ar/live";
import { people } from "./ar/people";
import type { MoreTexts } from "./en-more";

export const arMore: MoreTexts = { account, chat, conversations, inbox, live, people };
