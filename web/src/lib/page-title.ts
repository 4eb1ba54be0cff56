// The title of the page is made of two things that change apart: what is open, and how much is unread.

const NAME = "PulseChat";

let opened = "";
let unread = 0;

/** What is open, `""` for nothing in particular. */
export function setOpenedTitle(title: string): void {
  opened = title;
  show();
}

/** How many messages wait, over all accounts. */
export function setUnreadTitle(count: number): void {
  unread = count;
  show();
}

function show(): void {
  const count = unread > 0 ? `(${unread > 99 ? "99+" : unread}) ` : "";
  document.title = `${count}${opened ? `${opened} – ` : ""}${NAME}`;
}
