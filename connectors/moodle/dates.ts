/**
 * Moodle's report writes times for people: "Sunday, 30 March 2025, 12:59 AM", in the language and time zone of the token's
 * account. English only; anything else is refused rather than guessed.
 */
const months = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];
const weekdays = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

/** Site language en: day first. American English and the 24-hour clock are settings of the account. */
const dayFirst = /^(?:([a-z]+), )?(\d{1,2}) ([a-z]+) (\d{4}), (\d{1,2}):(\d{2})(?: ?([ap])m)?$/;
const monthFirst = /^(?:([a-z]+), )?([a-z]+) (\d{1,2}), (\d{4}), (\d{1,2}):(\d{2})(?: ?([ap])m)?$/;

/** The clock on the wall, `YYYY-MM-DDTHH:MM:00`, or undefined when the text is not such a time. */
export function wallClockOf(text: string): string | undefined {
  // Recent ICU versions put narrow and non-breaking spaces before AM and PM.
  const plain = text
    .replace(/[\s\u00a0\u202f]+/g, " ")
    .trim()
    .toLowerCase();
  const first = dayFirst.exec(plain);
  const second = first ? null : monthFirst.exec(plain);
  const parts = first ?? second;
  if (!parts) return undefined;
  const day = Number(first ? parts[2] : parts[3]);
  const month = months.indexOf((first ? parts[3] : parts[2])!);
  const year = Number(parts[4]);
  const hour = hourOf(Number(parts[5]), parts[7]);
  const minute = Number(parts[6]);
  if (month < 0 || hour === undefined || minute > 59) return undefined;
  const calendar = new Date(Date.UTC(year, month, day));
  if (calendar.getUTCDate() !== day || calendar.getUTCMonth() !== month) return undefined;
  // The weekday proves that day and month have not changed places.
  if (parts[1] !== undefined && weekdays[calendar.getUTCDay()] !== parts[1]) return undefined;
  return `${calendar.toISOString().slice(0, 10)}T${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}:00`;
}

function hourOf(hour: number, half: string | undefined): number | undefined {
  if (half === undefined) return hour <= 23 ? hour : undefined;
  if (hour < 1 || hour > 12) return undefined;
  return (hour % 12) + (half === "p" ? 12 : 0);
}

/** The calendar day of an instant in a time zone. */
export function dayIn(zone: string, epochSeconds: number): string {
  let format = dayFormats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" });
    dayFormats.set(zone, format);
  }
  return format.format(new Date(epochSeconds * 1000));
}
const dayFormats = new Map<string, Intl.DateTimeFormat>();

/** For a refusal: the layout of a text without its figures, so that nobody's date is in it. */
export function layoutOf(text: string): string {
  return text.replace(/\d/g, "9").slice(0, 60);
}
