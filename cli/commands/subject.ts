/** The rights of the person: a copy, a restriction, an erasure. Each by two officers, with the controller's reference. */
import { accessSync, constants, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { HubError } from "../../platform/errors";
import { newPassphrase, sealFile } from "../../platform/sealed-file";
import type { ExportPart, SubjectExport } from "../../store/subject/export";
import type { Foundation } from "../compose/foundation";
import { theyRun } from "../compose/named-person";
import { withGraph } from "../compose/operations";
import { type Asked, approvedAct, ask, checkInForce, checkRestrictable, readerOf, waitingOfPerson } from "../compose/rights";
import { exitCodes, type Output, UsageError } from "../output";
import { exportText } from "../present/subject";
import { thousands } from "../present/table";
import { approvalText, type RightsOptions, rightsActor } from "./approvals";
import { organisationOf } from "./match";
import { beforeJson } from "./subject-open";

interface SubjectOptions extends RightsOptions {
  readonly instruction?: string;
  readonly out?: string;
  readonly label?: readonly string[];
}
type Act = Asked["act"];

function instructionOf({ instruction }: SubjectOptions): string {
  if (!instruction?.trim()) throw new UsageError("Give the controller's reference: --instruction <reference>.");
  return instruction.trim();
}

/** Done when a second person has said yes to exactly this; asked for until then (exit 3). */
async function byTwo(
  output: Output,
  options: SubjectOptions,
  foundation: Foundation,
  asked: {
    readonly act: Act;
    readonly subject: string;
    readonly isPerson?: false;
    readonly detail?: () => Promise<Readonly<Record<string, unknown>>>;
  },
  perform: (approvalId: string, organisation: string, instruction: string) => Promise<void>,
): Promise<number> {
  const organisation = organisationOf(options, foundation);
  const instruction = instructionOf(options);
  const principal = rightsActor(options);
  const said = {
    act: asked.act,
    subject: asked.subject,
    organisation,
    instruction,
    reason: options.reason ?? "by the controller's instruction",
  };
  const approval = await approvedAct(foundation, principal, said);
  if (approval) {
    await perform(approval.id, organisation, instruction);
    return exitCodes.ok;
  }
  if (asked.isPerson !== false && !(await foundation.store.erasures.holds(asked.subject, organisation)))
    throw new HubError({ code: "SUBJECT_UNKNOWN", class: "guard", detail: { organisation } });
  const waiting =
    (await waitingOfPerson(foundation, principal, said)) ?? (await ask(foundation, principal, { ...said, detail: await asked.detail?.() }));
  output.answer({ waits: waiting }, () =>
    [
      `A second person has to approve this; nothing was done yet.`,
      approvalText(waiting),
      ...theyRun(foundation.config, { id: waiting.id, organisation }),
      "    Then run this command again.",
    ].join("\n"),
  );
  return exitCodes.degraded;
}

export async function subjectExport(output: Output, options: SubjectOptions, person = ""): Promise<number> {
  return withGraph(options, async (_, foundation) => {
    const { store, engine } = foundation;
    return byTwo(output, options, foundation, { act: "subject-export", subject: person }, async (approvalId, organisation, instruction) => {
      const now = engine.clock.now();
      // Before a yes is used up: a copy that cannot be written would need the second person once more.
      const folder = folderOf(options);
      const held = await store.exportSubject(person, organisation, readerOf(foundation), now);
      // The health part leaves by occupational health's own yes only, and in a file of its own.
      const of = { act: "release-health", subject: person, organisation, instruction } as const;
      const released = await store.approvals.approved(of, now);
      const files = [write(folder, held, held.main, "record")];
      // Whether there is anything is health data itself: asked for, released and written either way.
      if (released) {
        await store.approvals.use(released.id, of, now);
        files.push(write(folder, held, held.health, "health"));
      }
      await store.approvals.use(approvalId, { act: "subject-export", subject: person, organisation }, now);
      const waits = released
        ? undefined
        : await ask(foundation, rightsActor(options), { ...of, reason: "health part of a copy for the person" });
      output.answer({ files, waits: waits?.id }, () =>
        [
          ...files.map(({ file, passphrase }) => `${file}  passphrase, shown this once: ${passphrase}`),
          `To read: npx lanyard subject open <file>`,
          ...(waits
            ? [
                "What occupational health may hold goes by its own release.",
                ...theyRun(foundation.config, { id: waits.id, organisation, as: "oh" }),
                "    Afterwards ask for the copy again.",
              ]
            : []),
        ].join("\n"),
      );
    });
  });
}

export function folderOf({ out = "." }: Pick<SubjectOptions, "out">): string {
  const folder = path.resolve(out);
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    return folder;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(`--out ${out}: expected a folder that can be written; got ${code}. Nothing was done. Next: name another one.`);
  }
}

function write(folder: string, held: SubjectExport, part: ExportPart, what: "record" | "health") {
  const { main: _, health: __, ...about } = held;
  const contents = { ...about, part: what, ...part };
  const passphrase = newPassphrase();
  const file = path.join(folder, `subject-${held.subject}-${held.organisation}-${what}.sealed`);
  writeFileSync(file, sealFile(`${exportText(contents)}${beforeJson}${JSON.stringify(contents, null, 1)}\n`, passphrase), {
    mode: 0o600,
  });
  return { file, passphrase };
}

const everyLabel = ["R1", "R1s", "R2", "R3", "R4", "R5", "R7"];

export async function subjectRestrict(output: Output, options: SubjectOptions, person = ""): Promise<number> {
  return withGraph(options, async (_, foundation) => {
    const labels = options.label?.length ? [...options.label] : everyLabel;
    const wrong = labels.filter((label) => !everyLabel.includes(label));
    if (wrong.length > 0) throw new UsageError(`--label takes one of ${everyLabel.join(", ")}, not ${wrong.join(", ")}.`);
    const detail = async () => {
      await checkRestrictable(foundation, person);
      return { labels };
    };
    return byTwo(
      output,
      options,
      foundation,
      { act: "subject-restrict", subject: person, detail },
      async (approvalId, organisation, instruction) => {
        const approved = await foundation.store.approvals.find(approvalId);
        const id = await foundation.store.restrictions.begin(
          // What was approved, not what is typed now.
          {
            staffMember: person,
            controllerOrg: organisation,
            labels: (approved?.detail.labels as string[]) ?? [],
            instruction,
            approvalId,
          },
          foundation.engine.clock.now(),
        );
        output.answer(
          { restriction: id },
          () =>
            `From now on what ${organisation} holds about this person is stored and not used. Restriction ${id}; \`subject lift\` ends it.`,
        );
      },
    );
  });
}

export async function subjectErase(output: Output, options: SubjectOptions, person = ""): Promise<number> {
  return withGraph(options, async (_, foundation) => {
    const { store, engine } = foundation;
    const reader = readerOf(foundation);
    const detail = async () => ({ ...(await store.erasures.plan(person, organisationOf(options, foundation), reader)).told });
    return byTwo(
      output,
      options,
      foundation,
      { act: "subject-erase", subject: person, detail },
      async (approvalId, organisation, instruction) => {
        const by = rightsActor(options).subject;
        const erasure = await store.erasures.erase({ subject: person, organisation, instruction, approvalId, by }, reader, () =>
          engine.clock.now(),
        );
        // What was approved, and not what was counted as it went: that occupational health held anything is its own to know.
        const erases = (await store.approvals.find(approvalId))?.detail.erases as Readonly<Record<string, number>> | undefined;
        output.answer({ id: erasure.id, state: erasure.state, erases }, () =>
          [
            `Erased, as approved: ${Object.entries(erases ?? {})
              .map(([name, rows]) => `${thousands(rows)} of ${name}`)
              .join(", ")}; and whatever occupational health held, which is not told here.`,
            `    What the systems say of this person again is dropped at the door. Erasure ${erasure.id}; \`subject lift\` opens it. The audit keeps ids, never values.`,
          ].join("\n"),
        );
      },
    );
  });
}

/** Ends a restriction, or opens the door to somebody who was erased. */
export async function subjectLift(output: Output, options: SubjectOptions & { readonly what?: string }, id = ""): Promise<number> {
  return withGraph(options, async (_, foundation) => {
    const { store, engine } = foundation;
    const { what } = options;
    if (what !== "restriction" && what !== "erasure")
      throw new UsageError(`--what: expected restriction or erasure; got ${what ?? "nothing"}.`);
    const detail = async () => {
      await checkInForce(foundation, what, id, organisationOf(options, foundation));
      return { lifts: what };
    };
    const act = what === "restriction" ? "subject-restrict" : "subject-erase";
    return byTwo(
      output,
      options,
      foundation,
      { act, subject: id, isPerson: false, detail },
      async (approvalId, organisation, instruction) => {
        const by = rightsActor(options).subject;
        const now = engine.clock.now();
        const lifted =
          act === "subject-restrict"
            ? await store.restrictions.lift(id, { controllerOrg: organisation, by, instruction, approvalId }, now)
            : await store.erasures.lift(id, { organisation, by, instruction, approvalId }, now);
        if (!lifted) throw new UsageError(`There is no ${what} ${id} of ${organisation} in force.`);
        output.answer({ lifted: id }, () =>
          what === "restriction"
            ? `Lifted: restriction ${id}. What ${organisation} holds is used again.`
            : `Lifted: erasure ${id}. Nothing comes back by itself but what the systems of ${organisation} say from now on; to read now: npx lanyard sync <connection> --full; what ESR has said before comes with its next full file.`,
        );
      },
    );
  });
}
