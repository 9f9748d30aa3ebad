/** Moments in words, always in the township's time zone. Pure: the moment comes as UTC milliseconds, the zone as a name. */

interface Wall {
  day: string;
  time: string;
  second: string;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** 2026-11-24 */
export const dayOf = (ms: number, zone: string): string => wall(ms, zone).day;
/** 14:02 */
export const timeOf = (ms: number, zone: string): string => wall(ms, zone).time;
/** 14:02:11 */
export const secondOf = (ms: number, zone: string): string => wall(ms, zone).second;

/** 11月24日 in the year of `today`, otherwise with its year; "24 Nov 2017" in English. */
export function dayWords(day: string, language: string, today = ""): string {
  const [year = "", month = "", date = ""] = day.split("-");
  if (!date) return day;
  const sameYear = today.startsWith(`${year}-`);
  if (language === "en") return `${Number(date)} ${MONTHS[Number(month) - 1]}${sameYear ? "" : ` ${year}`}`;
  return `${sameYear ? "" : `${year}年`}${Number(month)}月${Number(date)}日`;
}

/** The moment of a local day and time in the zone. */
export function momentOf(day: string, time: string, zone: string): number {
  const [year = 1970, month = 1, date = 1] = day.split("-").map(Number);
  const [hour = 0, minute = 0] = time.split(":").map(Number);
  const asUtc = daysBefore(year, month, date) * DAY_MS + hour * HOUR_MS + minute * MINUTE_MS;
  const first = asUtc - offset(asUtc, zone);
  return asUtc - offset(first, zone);
}

export const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

function wall(ms: number, zone: string): Wall {
  const found: Record<string, string> = {};
  for (const part of format(zone).formatToParts(ms)) found[part.type] = part.value;
  const time = `${found.hour}:${found.minute}`;
  return { day: `${found.year}-${found.month}-${found.day}`, time, second: `${time}:${found.second}` };
}

function format(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat("en-CA", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
  formats.set(zone, made);
  return made;
}

function offset(ms: number, zone: string): number {
  const { day, second } = wall(ms, zone);
  const [year = 1970, month = 1, date = 1] = day.split("-").map(Number);
  const [hour = 0, minute = 0, seconds = 0] = second.split(":").map(Number);
  const asUtc = daysBefore(year, month, date) * DAY_MS + hour * HOUR_MS + minute * MINUTE_MS + seconds * 1000;
  return asUtc - (ms - (((ms % 1000) + 1000) % 1000));
}

/** Days from 1970-01-01 to a day of the Gregorian calendar. Source: H. Hinnant, chrono-compatible low-level date algorithms. */
function daysBefore(year: number, month: number, date: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + date - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}
