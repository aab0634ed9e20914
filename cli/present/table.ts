/** A plain table for a terminal: columns as wide as needed, numbers to the right, nothing else. */
export function table(headings: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = [headings, ...rows.map((row) => row.map((cell) => (typeof cell === "number" ? thousands(cell) : cell)))];
  const widths = headings.map((_, column) => Math.max(...cells.map((row) => width(row[column] ?? ""))));
  const right = headings.map((_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === "number"));
  return cells
    .map((row) =>
      row
        .map((cell, column) => {
          const padding = " ".repeat((widths[column] ?? 0) - width(cell));
          return right[column] ? padding + cell : cell + padding;
        })
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

export function thousands(value: number): string {
  return value.toString().replace(/\B(?=(\d{3})+$)/g, ",");
}

function width(text: string): number {
  return [...text].length;
}

/** "2 December 2026", as people write a day. */
export function dayInWords(day: string | undefined | null): string {
  if (!day) return "no date";
  const parts = /^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?/.exec(day);
  if (!parts) return day;
  const [, year, month, date] = parts;
  const months = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
  return [date && String(Number(date)), month && months[Number(month) - 1], year].filter(Boolean).join(" ");
}

const weekday = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", weekday: "long" });
/** "Wednesday 2 December 2026". */
export function weekdayInWords(day: string): string {
  return `${weekday.format(new Date(`${day}T12:00:00Z`))} ${dayInWords(day)}`;
}

const inLondon = new Intl.DateTimeFormat("en-GB", {
  timeZone: "Europe/London",
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
});
/** "Sun, 22 Nov 2026, 09:00", in London. */
export function instantInWords(at: Date): string {
  return inLondon.format(at);
}

export function ago(from: Date, now: Date): string {
  const seconds = Math.max(0, Math.round((now.getTime() - from.getTime()) / 1000));
  if (seconds < 90) return `${seconds} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 129_600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}
