// How much is unread, where one sees it without opening the page: the icon of its tab and of the installed app.
import { setUnreadTitle } from "@/lib/page-title";

const PLAIN = "/favicon.svg";
let plain: Promise<string> | undefined;

export function showUnread(count: number): void {
  setUnreadTitle(count);
  void (count > 0 ? navigator.setAppBadge?.(count) : navigator.clearAppBadge?.())?.catch(() => undefined);
  void favicon(count > 0).then((href) => {
    const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
    if (link && link.getAttribute("href") !== href) link.href = href;
  });
}

/** The drawing with a red dot on it. */
async function favicon(unread: boolean): Promise<string> {
  if (!unread) return PLAIN;
  plain ??= fetch(PLAIN).then((response) => response.text());
  const svg = await plain.catch(() => "");
  const dot = '<circle cx="25" cy="7" r="6.5" fill="#e5484d" stroke="#fff" stroke-width="1.5"/></svg>';
  return svg.includes("</svg>") ? `data:image/svg+xml,${encodeURIComponent(svg.replace("</svg>", dot))}` : PLAIN;
}
