// Times as people read them, in the language that is shown and the time zone of the device.
import { onceEach } from "@/texts/once-each";
import { locale, texts } from "@/texts/texts";

const FORMATS = {
  clock: { timeStyle: "short" },
  weekday: { weekday: "short" },
  longWeekday: { weekday: "long" },
  dayMonth: { day: "numeric", month: "short" },
  dayMonthYear: { day: "numeric", month: "short", year: "numeric" },
  longDay: { weekday: "long", day: "numeric", month: "long" },
  longDayYear: { day: "numeric", month: "long", year: "numeric" },
  full: { dateStyle: "full", timeStyle: "short" },
} satisfies Record<string, Intl.DateTimeFormatOptions>;

// For each locale: a test changes it.
const formatters = onceEach((inLocale: string) =>
  onceEach((name: keyof typeof FORMATS) => new Intl.DateTimeFormat(inLocale, FORMATS[name])),
);
const relatives = onceEach((inLocale: string) => new Intl.RelativeTimeFormat(inLocale, { numeric: "auto" }));

const format = (name: keyof typeof FORMATS, date: Date): string => formatters(locale)(name).format(date);

const relative = (value: number, unit: Intl.RelativeTimeFormatUnit): string => relatives(locale).format(value, unit);

export const formatClock = (at: string): string => format("clock", new Date(at));

export const formatFull = (at: string): string => format("full", new Date(at));

/** A day on its own, however long ago. */
export const formatDate = (at: string): string => format("longDayYear", new Date(at));

/** For a list: the clock today, "yesterday", the weekday in the last week, then the date. */
export function formatListTime(at: string, now: Date): string {
  const date = new Date(at);
  const days = daysBetween(date, now);
  if (days <= 0) return format("clock", date);
  if (days === 1) return capitalise(relative(-1, "day"));
  if (days < 7) return format("weekday", date);
  return date.getFullYear() === now.getFullYear() ? format("dayMonth", date) : format("dayMonthYear", date);
}

/** For a separator between days: "Today", "Yesterday", the weekday, then the date. */
export function formatDay(at: string, now: Date): string {
  const date = new Date(at);
  const days = daysBetween(date, now);
  if (days <= 1) return capitalise(relative(-Math.max(days, 0), "day"));
  if (days < 7) return capitalise(format("longWeekday", date));
  return date.getFullYear() === now.getFullYear() ? format("longDay", date) : format("longDayYear", date);
}

/** How long ago, in the widest unit that fits: "5 minutes ago". */
export function formatAgo(at: string, now: Date): string {
  const minutes = Math.round((now.getTime() - Date.parse(at)) / 60_000);
  if (minutes < 1) return texts.common.justNow;
  if (minutes < 60) return relative(-minutes, "minute");
  if (minutes < 24 * 60) return relative(-Math.round(minutes / 60), "hour");
  return relative(-Math.round(minutes / (24 * 60)), "day");
}

const TWO_DAYS_MS = 2 * 86_400_000;

export function isSameDay(a: string, b: string): boolean {
  const [one, other] = [new Date(a), new Date(b)];
  return one.getDate() === other.getDate() && Math.abs(one.getTime() - other.getTime()) < TWO_DAYS_MS;
}

function daysBetween(date: Date, now: Date): number {
  const midnight = (value: Date) => new Date(value.getFullYear(), value.getMonth(), value.getDate()).getTime();
  return Math.round((midnight(now) - midnight(date)) / 86_400_000);
}

function capitalise(text: string): string {
  return text.charAt(0).toLocaleUpperCase(locale) + text.slice(1);
}
