// Times as people read them, in the language of the browser.

const clock = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: "short" });
const longWeekday = new Intl.DateTimeFormat(undefined, { weekday: "long" });
const dayMonth = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const dayMonthYear = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });
const longDay = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const longDayYear = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long", year: "numeric" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });

export const formatClock = (at: string): string => clock.format(new Date(at));

export const formatFull = (at: string): string => full.format(new Date(at));

/** For a list: the clock today, "yesterday", the weekday in the last week, then the date. */
export function formatListTime(at: string, now: Date): string {
  const date = new Date(at);
  const days = daysBetween(date, now);
  if (days <= 0) return clock.format(date);
  if (days === 1) return capitalise(relative.format(-1, "day"));
  if (days < 7) return weekday.format(date);
  return date.getFullYear() === now.getFullYear() ? dayMonth.format(date) : dayMonthYear.format(date);
}

/** For a separator between days: "Today", "Yesterday", the weekday, then the date. */
export function formatDay(at: string, now: Date): string {
  const date = new Date(at);
  const days = daysBetween(date, now);
  if (days <= 1) return capitalise(relative.format(-Math.max(days, 0), "day"));
  if (days < 7) return capitalise(longWeekday.format(date));
  return date.getFullYear() === now.getFullYear() ? longDay.format(date) : longDayYear.format(date);
}

/** How long ago, in the widest unit that fits: "5 minutes ago". */
export function formatAgo(at: string, now: Date): string {
  const minutes = Math.round((now.getTime() - Date.parse(at)) / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return relative.format(-minutes, "minute");
  if (minutes < 24 * 60) return relative.format(-Math.round(minutes / 60), "hour");
  return relative.format(-Math.round(minutes / (24 * 60)), "day");
}

export function isSameDay(a: string, b: string): boolean {
  return new Date(a).toDateString() === new Date(b).toDateString();
}

function daysBetween(date: Date, now: Date): number {
  const midnight = (value: Date) => new Date(value.getFullYear(), value.getMonth(), value.getDate()).getTime();
  return Math.round((midnight(now) - midnight(date)) / 86_400_000);
}

function capitalise(text: string): string {
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}
