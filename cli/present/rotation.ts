/** Rotation and readiness as a medical staffing officer reads them: who, ready or not, what is missing and whose move it is. */
import type { ItemAnswer, OrganisationAnswer, ReadinessAnswer, RotationAnswer, StarterAnswer } from "../compose/movement";
import { dayInWords, table } from "./table";

const nameOf = (of: OrganisationAnswer) => of.name ?? of.odsCode;

function whoseMove(item: ItemAnswer): string {
  if (item.waitsFor) return nameOf(item.waitsFor);
  return item.why === "NOTHING_SENT" ? "the person, with a certificate" : "nobody's";
}

/** One line for all that is missing for the same reason. */
function linesOf(items: readonly ItemAnswer[], it: StarterAnswer): string[] {
  const byReason = new Map<string, string[]>();
  for (const item of items) {
    const hidden = item.why === "NOTHING_SENT" && it.partial !== null && it.transferOffered;
    const reason = `${item.say} (whose move: ${hidden ? "the person, with a Yes to the transfer or a certificate" : whoseMove(item)})`;
    byReason.set(reason, [...(byReason.get(reason) ?? []), item.title]);
  }
  return [...byReason].map(([reason, titles]) => `    ${titles.join("; ")}: ${reason}`);
}

/** By day, then as a list of people is read. */
function inOrder(starters: readonly StarterAnswer[]): StarterAnswer[] {
  const family = (it: StarterAnswer) => `${it.staffMember.name?.family ?? ""} ${it.staffMember.name?.given ?? ""}`;
  return [...starters].sort((a, b) => a.startsOn.localeCompare(b.startsOn) || family(a).localeCompare(family(b), "en"));
}

function personOf({ staffMember }: StarterAnswer): string {
  const name = [staffMember.name?.given, staffMember.name?.family].filter(Boolean).join(" ");
  return name === "" ? staffMember.id : name;
}

const readyWords = (ready: boolean | null) => (ready === null ? "not known" : ready ? "ready" : "not ready");

const moveWords: Readonly<Record<string, string>> = {
  LEAD_EMPLOYER_PLACEMENT: "placement",
  SECONDMENT: "secondment",
  CHANGE_OF_EMPLOYER: "change of employer",
};

export function rotationText(rotation: RotationAnswer): string {
  const here = nameOf(rotation.organisation);
  const days = `${dayInWords(rotation.startsOn)} to ${dayInWords(rotation.lastOn)}`;
  const what = rotation.side === "ARRIVING" ? `Who starts at ${here}` : `Who of ${here} starts elsewhere`;
  if (rotation.starters.length === 0) return `${what}, ${days}: nobody is known.`;
  const starters = inOrder(rotation.starters);
  const rows = starters.map((it) => [
    personOf(it),
    ...(rotation.side === "LEAVING" ? [nameOf(it.organisation)] : []),
    moveWords[it.move] ?? it.move,
    it.startsOn,
    it.daysLeft,
    readyWords(it.ready),
    it.summary ? `${it.summary.notToRepeat} of ${it.summary.asked}` : "-",
    it.missing?.length ?? "-",
    it.notYetInEsr?.length ?? "-",
  ]);
  const headings = [
    "name",
    ...(rotation.side === "LEAVING" ? ["starts at"] : []),
    "move",
    "starts on",
    "days left",
    "ready",
    "not to repeat",
    "missing",
    "not in ESR",
  ];
  const parts = [`${what}, ${days}:`, table(headings, rows)];
  const open = starters.filter(({ ready }) => ready !== true);
  if (open.length > 0) parts.push(["What is missing, and whose move it is:", ...open.map(missingOf)].join("\n"));
  const late = starters.filter(({ notYetInEsr }) => (notYetInEsr?.length ?? 0) > 0);
  if (late.length > 0) parts.push(["Not yet in ESR:", ...late.map(notInEsrOf)].join("\n"));
  const checks = checksOf(rotation.starters);
  if (checks.length > 0) parts.push(["Checks that are not known to be done:", ...checks].join("\n"));
  parts.push(rotation.summary.map(({ say }) => `${say}.`).join("\n"));
  const notes = new Set(rotation.starters.flatMap((it) => [it.transferNote, ...(it.healthNote ? [it.healthNote] : [])]));
  parts.push([...notes].map((note) => `${note}.`).join("\n"));
  return parts.join("\n\n");
}

function missingOf(it: StarterAnswer): string {
  const lines = it.missing === null ? [`    ${it.say}`] : linesOf(it.missing, it);
  return [`  ${personOf(it)}, ${dayInWords(it.startsOn)}`, ...lines, ...(it.partial ? [`    ${it.partial}.`] : [])].join("\n");
}

function notInEsrOf(it: StarterAnswer): string {
  const titles = (it.notYetInEsr ?? []).map((item) => {
    const state = item.esr?.state ? `, ${item.esr.state.toLowerCase().replaceAll("_", " ")}` : "";
    return `${item.title} (from ${item.from ? nameOf(item.from) : "a system that is not named"}${state})`;
  });
  return `  ${personOf(it)}: ${titles.join("; ")}`;
}

/** Alike for most of them: one line for each check and owner. */
function checksOf(starters: readonly StarterAnswer[]): string[] {
  const counts = new Map<string, number>();
  for (const item of starters.flatMap(({ openChecks }) => openChecks ?? [])) {
    const key = `${item.title}: ${item.say} (whose move: ${whoseMove(item)})`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts].map(([text, count]) => `  ${count} ${count === 1 ? "starter" : "starters"}: ${text}`);
}

export function readinessText(it: NonNullable<ReadinessAnswer["readiness"]>): string {
  const post = [it.staffGroup, it.jobRole].filter(Boolean).join(", ");
  const parts = [
    `${nameOf(it.organisation)}${it.startsOn ? `, ${dayInWords(it.startsOn)}` : ""}${post ? ` (${post})` : ""}${it.move ? `, ${moveWords[it.move] ?? it.move}` : ""}`,
    `${it.say}.`,
  ];
  if (it.items && it.items.length > 0)
    parts.push(
      table(
        ["asked", "verdict", "in date until", "ESR", "why"],
        it.items.map((item) => [
          item.title,
          item.verdict.toLowerCase().replaceAll("_", " "),
          item.inDateUntil ?? "-",
          item.esr?.state?.toLowerCase().replaceAll("_", " ") ?? "-",
          item.say,
        ]),
      ),
    );
  const notes = [it.partial, it.healthNote].filter((note) => note !== null);
  if (notes.length > 0) parts.push(notes.map((note) => `${note}.`).join("\n"));
  return parts.join("\n\n");
}
