/** The form of a course: what somebody has chosen, checked field by field before the graph is asked. */
export interface CourseWish {
  /** Identity of a competence, `other` for the list below, `local` for none, or nothing chosen yet. */
  readonly choice: string;
  readonly competence: string;
  readonly day: string;
  readonly month: string;
  readonly year: string;
  readonly reason: string;
}
export interface FieldFault {
  /** Id of the field to go to. */
  readonly field: string;
  readonly say: string;
}
export interface CourseInput {
  readonly competences?: readonly string[];
  readonly local?: boolean;
  readonly from?: string;
}

export function wishOf(form: URLSearchParams): CourseWish {
  const text = (name: string, most = 300) => (form.get(name) ?? "").trim().slice(0, most);
  return {
    choice: text("choice"),
    competence: text("competence"),
    day: text("from-day", 2),
    month: text("from-month", 2),
    year: text("from-year", 4),
    reason: text("reason", 1001),
  };
}

/** A day as the graph takes it; undefined: not one of the calendar. */
function dayOf({ day, month, year }: CourseWish): string | undefined {
  if (!/^\d{1,2}$/.test(day) || !/^\d{1,2}$/.test(month) || !/^\d{4}$/.test(year)) return undefined;
  const text = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text) ? text : undefined;
}

export function inputOf(
  wish: CourseWish,
  known: ReadonlySet<string>,
): { readonly input: CourseInput; readonly faults: readonly FieldFault[] } {
  const faults: FieldFault[] = [];
  const input: { competences?: string[]; local?: boolean; from?: string } = {};
  if (wish.choice === "local") input.local = true;
  else if (wish.choice === "") faults.push({ field: "choice-1", say: "Choose what the course awards" });
  else {
    const competence = wish.choice === "other" ? wish.competence : wish.choice;
    if (known.has(competence)) input.competences = [competence];
    else faults.push({ field: "competence", say: "Choose a competence from the list" });
  }
  if (wish.day || wish.month || wish.year) {
    const from = dayOf(wish);
    if (from) input.from = from;
    else faults.push({ field: "from-day", say: "The first day must be a real date, for example 1 11 2026, or left empty" });
  }
  if (wish.reason === "") faults.push({ field: "reason", say: "Say why: it stands in the course map" });
  if (wish.reason.length > 1000) faults.push({ field: "reason", say: "The reason must be 1,000 characters or fewer" });
  return { input, faults };
}
