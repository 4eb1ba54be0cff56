// English, the part that only people who are signed in read.
import { account } from "./en/account";
import { chat } from "./en/chat";
import { conversations } from "./en/conversations";
import { inbox } from "./en/inbox";
import { live } from "./en/live";
import { people } from "./en/people";

export const enMore = { account, chat, conversations, inbox, live, people };

export type MoreTexts = typeof enMore;
