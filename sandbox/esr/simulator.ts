/**
 * The ESR of each employer, as far as it receives: picks up what lies in In/, loads each record or says why not, answers into
 * Out/, and tells what it has loaded in its next change file. What it has done stands in its folder, so that a later start
 * goes on from there and no file is taken twice.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type CompetenceKey, competences, esrName } from "../population/competences";
import { type Ods, organisations, type SandboxOrganisation } from "../population/organisations";
import { employmentAt } from "../population/person";
import type { Population } from "../population/population";
import { writeNextChanges } from "./files";
import { type AnswerToWrite, type AwardReceived, acknowledgementFile, readAwardFile, rejections } from "./inbox";
import { date, row } from "./layout";
import { competenceId, monthsAt } from "./rows";

export interface EsrStep {
  /** Files answered. */
  readonly answered: readonly string[];
  readonly loaded: number;
  readonly rejected: number;
  /** Change files written. */
  readonly told: readonly string[];
}

export interface EsrSimulator {
  /** One turn at this instant: tells what was loaded long enough ago, then takes what lies there. Same folder, same result. */
  step(now: Date): EsrStep;
}

export interface EsrSimulatorOptions {
  readonly population: Population;
  /** Folder of the change files, one folder for each VPD in it. */
  readonly goFolder: string;
  /** Folder of the exchange, one folder for each VPD with In/ and Out/ in it. */
  readonly exchangeFolder: string;
  /** Minutes after which what was loaded stands in a change file; the real ESR takes a night. */
  readonly tellAfterMinutes: number;
}

interface Loaded {
  readonly elementId: string;
  readonly personId: string;
  readonly name: string;
  readonly dateFrom: string;
  readonly proficiency: string;
  readonly loadedAt: string;
  readonly told: boolean;
}
interface State {
  readonly files: Readonly<Record<string, { readonly answer: string; readonly text: string }>>;
  readonly loaded: readonly Loaded[];
  /** Numbers given so far: elements and acknowledgements. */
  readonly elements: number;
  readonly answers: number;
}
const nothing: State = { files: {}, loaded: [], elements: 0, answers: 0 };

export function esrSimulator(options: EsrSimulatorOptions): EsrSimulator {
  const employers = organisations.map((of) => new Employer(of, options));
  return {
    step(now) {
      const steps = employers.map((employer) => employer.step(now));
      return {
        answered: steps.flatMap((step) => step.answered),
        loaded: steps.reduce((sum, step) => sum + step.loaded, 0),
        rejected: steps.reduce((sum, step) => sum + step.rejected, 0),
        told: steps.flatMap((step) => step.told),
      };
    },
  };
}

class Employer {
  private readonly folder: string;
  private readonly inbox: string;
  private readonly outbox: string;
  private readonly people: ReadonlyMap<string, { readonly closed: boolean }>;
  /** Names in use, with the id of the competence. */
  private readonly names: ReadonlyMap<string, string>;
  /** Person, name and day of what ESR held from the start. */
  private readonly held: ReadonlySet<string>;

  constructor(
    private readonly of: SandboxOrganisation,
    private readonly options: EsrSimulatorOptions,
  ) {
    this.folder = path.join(options.exchangeFolder, of.vpd);
    this.inbox = path.join(this.folder, "In");
    this.outbox = path.join(this.folder, "Out");
    for (const folder of [path.join(this.inbox, "taken"), this.outbox]) mkdirSync(folder, { recursive: true });
    const odsCode: Ods = of.odsCode;
    const keys = Object.keys(competences) as CompetenceKey[];
    const nameOf = (key: CompetenceKey) => esrName(key, monthsAt(odsCode, key));
    this.names = new Map(keys.map((key) => [nameOf(key), competenceId(of, key)]));
    const closed = new Set(options.population.world.posts[odsCode].posts.filter((post) => post.closed).map((post) => post.id));
    const people = options.population.at(odsCode).map((person) => ({ person, at: employmentAt(person, odsCode)! }));
    this.people = new Map(
      people.map(({ at }) => [at.personId, { closed: at.assignments.some((it) => it.primary && closed.has(it.positionId)) }]),
    );
    this.held = new Set(
      people.flatMap(({ person, at }) =>
        person.awards
          .filter((award) => award.inEsr && award.at === odsCode)
          .map((award) => keyOf(at.personId, nameOf(award.competence), date(award.awardedOn))),
      ),
    );
  }

  step(now: Date): EsrStep {
    const told = this.tell(now);
    const answered: string[] = [];
    let loaded = 0;
    let rejected = 0;
    const waiting = readdirSync(this.inbox, { withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
      .map((entry) => entry.name)
      .sort();
    for (const name of waiting) {
      const state = this.state();
      const before = state.files[name];
      const taken = before ? { state, ...before, loaded: 0, rejected: 0 } : this.take(name, state, now);
      if (!taken) continue;
      // First what is known for good, then the answer, then the file goes: a turn that is cut off is made good by the next.
      this.save(taken.state);
      if (!existsSync(path.join(this.outbox, taken.answer)) && !existsSync(path.join(this.outbox, "read", taken.answer)))
        replace(path.join(this.outbox, taken.answer), taken.text);
      renameSync(path.join(this.inbox, name), path.join(this.inbox, "taken", name));
      if (!before) answered.push(taken.answer);
      loaded += taken.loaded;
      rejected += taken.rejected;
    }
    return { answered, loaded, rejected, told };
  }

  /** undefined: not a file of the agreed form; it stays where it is, as a file that is still being written does. */
  private take(name: string, state: State, now: Date) {
    const received = readAwardFile(name, this.of.vpd, readFileSync(path.join(this.inbox, name)));
    if (!received) return undefined;
    const held = new Set([...this.held, ...state.loaded.map((it) => keyOf(it.personId, it.name, it.dateFrom))]);
    const loaded: Loaded[] = [];
    const answers: AnswerToWrite[] = [];
    for (const one of received.rows) {
      const { line, reference } = one;
      if ("unreadable" in one) {
        answers.push({ line, reference, rejection: rejections.unreadable });
        continue;
      }
      const rejection = this.rejectionOf(one, held);
      if (rejection) {
        answers.push({ line, reference, rejection });
        continue;
      }
      const elementId = `7${this.of.vpd}${String(state.elements + loaded.length + 1).padStart(6, "0")}`;
      held.add(keyOf(one.personId, one.competenceName, one.dateFrom));
      loaded.push({
        elementId,
        personId: one.personId,
        name: one.competenceName,
        dateFrom: one.dateFrom,
        proficiency: one.proficiency,
        loadedAt: now.toISOString(),
        told: false,
      });
      answers.push({ line, reference, elementId });
    }
    const at = londonStamp(now);
    const sequence = state.answers + 1;
    const answer = acknowledgementFile({ vpd: this.of.vpd, day: at.slice(0, 8), sequence, createdAt: at, answers: name }, answers);
    return {
      state: {
        files: { ...state.files, [name]: { answer: answer.name, text: answer.text } },
        loaded: [...state.loaded, ...loaded],
        elements: state.elements + loaded.length,
        answers: sequence,
      },
      answer: answer.name,
      text: answer.text,
      loaded: loaded.length,
      rejected: answers.length - loaded.length,
    };
  }

  private rejectionOf(award: AwardReceived, held: ReadonlySet<string>) {
    const person = this.people.get(award.personId);
    if (!person) return rejections.personUnknown;
    if (!this.names.has(award.competenceName)) return rejections.competenceUnknown;
    if (held.has(keyOf(award.personId, award.competenceName, award.dateFrom))) return rejections.duplicate;
    return person.closed ? rejections.positionClosed : undefined;
  }

  /** One change file for all that was loaded long enough ago. */
  private tell(now: Date): string[] {
    const state = this.state();
    const before = new Date(now.getTime() - this.options.tellAfterMinutes * 60_000).toISOString();
    const ripe = new Set(state.loaded.filter((it) => !it.told && it.loadedAt <= before).map((it) => it.elementId));
    if (ripe.size === 0) return [];
    const at = londonStamp(now);
    const rows = state.loaded
      .filter((it) => ripe.has(it.elementId))
      .map((it) =>
        row("CMA", {
          personId: it.personId,
          elementId: it.elementId,
          type: "PERSONAL",
          status: "ACHIEVED",
          name: it.name,
          from: it.dateFrom,
          proficiency: it.proficiency,
          vpd: this.of.vpd,
          competenceId: this.names.get(it.name),
          lastUpdate: at,
        }),
      );
    const name = writeNextChanges(path.join(this.options.goFolder, this.of.vpd), this.of, at, rows);
    if (!name) return [];
    this.save({ ...state, loaded: state.loaded.map((it) => (ripe.has(it.elementId) ? { ...it, told: true } : it)) });
    return [name];
  }

  private state(): State {
    const file = path.join(this.folder, "esr.json");
    return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as State) : nothing;
  }

  private save(state: State): void {
    replace(path.join(this.folder, "esr.json"), JSON.stringify(state));
  }
}

const keyOf = (personId: string, name: string, dateFrom: string) => `${personId} ${dateFrom} ${name}`;

function replace(file: string, text: string): void {
  const draft = path.join(path.dirname(file), `.${path.basename(file)}.part`);
  writeFileSync(draft, Buffer.from(text, "latin1"));
  renameSync(draft, file);
}

const london = new Intl.DateTimeFormat("en-GB", {
  timeZone: "Europe/London",
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});

/** YYYYMMDD HHMMSS, as ESR writes an instant. */
function londonStamp(at: Date): string {
  const parts = Object.fromEntries(london.formatToParts(at).map(({ type, value }) => [type, value]));
  return `${parts.year}${parts.month}${parts.day} ${parts.hour}${parts.minute}${parts.second}`;
}
