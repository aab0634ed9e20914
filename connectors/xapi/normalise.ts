/** A statement -> our words. Pure: the same statement gives the same facts for ever. */
import { parseCompetenceName } from "../../schema/codes/competences";
import type { Mapping } from "../../schema/learning/achievement";
import type { Claim, NormaliseContext, Normalised, NormalisedRecord, NormalisedRefusal } from "../connector";
import { dayOf } from "../kit/days";
import type { XapiSettings } from "./settings";
import { type Raw, type ReducedStatement, voidedVerb } from "./vendor";

type Context = NormaliseContext<XapiSettings>;
type Fault = Pick<NormalisedRefusal, "refused" | "pointer" | "got" | "expected">;
type Outcome = { readonly ignored: string } | { readonly fault: Fault } | { readonly records: readonly NormalisedRecord[] };

export function normalise(raw: Raw, context: Context): readonly Normalised[] {
  if (raw.verb === voidedVerb) return voiding(raw, context);
  if (raw.isVoided) return [{ ignored: "voided" }];
  const outcome = learning(raw, context);
  if ("ignored" in outcome) return [outcome];
  if ("fault" in outcome)
    return [{ ...outcome.fault, kind: "achievement", sourceId: raw.id, ...organisationIn(raw, context) }] as NormalisedRefusal[];
  return outcome.records;
}

/** Statements never change; a void is later than what it voids, also when the store dates both to the same millisecond. */
const versionOf = (raw: { readonly stored?: string | undefined }, sequence: 0 | 1) =>
  raw.stored === undefined ? { sequence } : { changedAt: raw.stored, sequence };

function voiding(raw: Raw, context: Context): readonly Normalised[] {
  if (raw.objectType !== "StatementRef" || !raw.voids) return [{ ignored: "void-of-nothing" }];
  const sourceVersion = versionOf(raw, 1);
  const { id, statement } = raw.voids;
  const was = statement && learning(statement, context);
  // Nothing was made of it, so there is nothing to take back.
  if (was && "ignored" in was) return [{ ignored: "void-of-what-is-not-read" }];
  if (was && "records" in was) {
    return was.records.map(({ kind, sourceId, organisation }) => ({
      kind,
      sourceId,
      ...(organisation === undefined ? {} : { organisation }),
      sourceVersion,
      withdrawn: true as const,
    }));
  }
  const whose = statement ? organisationIn(statement, context) : {};
  return [{ kind: "achievement", sourceId: id, ...whose, sourceVersion, withdrawn: true }];
}

function learning(raw: ReducedStatement, context: Context): Outcome {
  const { settings } = context;
  if (!settings.verbs.includes(raw.verb)) return { ignored: "verb-not-read" };
  if (raw.objectType !== "Activity")
    return { ignored: raw.objectType === "SubStatement" ? "object-is-sub-statement" : "object-not-an-activity" };
  if (raw.activityType !== undefined && !settings.activityTypes.includes(raw.activityType)) return { ignored: "activity-not-a-course" };
  if (raw.completion === false) return { ignored: "not-completed" };
  if (raw.success === false) return { ignored: "not-passed" };
  if (raw.actorType === "group") return { ignored: "actor-is-group" };
  const { activity } = raw;
  if (activity === undefined) return fault("RECORD_INVALID", "/object/id", "the id of an activity", undefined);
  const whose = organisationIn(raw, context);
  if (whose === undefined)
    return fault(
      "OTHER_ORGANISATION",
      "/context/extensions",
      context.organisations.map(({ odsCode }) => odsCode).join(", "),
      raw.organisation,
    );
  const claim = claimOf(raw, settings);
  if (claim === undefined) return fault("NO_STAFF_KEY", "/actor", "an account with a home page, or a mailbox", undefined);
  const said = raw.timestamp ?? raw.stored;
  const completedOn = said === undefined ? undefined : dayOf(said);
  if (said === undefined) return fault("COMPLETION_WITHOUT_DATE", "/timestamp", "an instant", undefined);
  if (completedOn === undefined) return fault("DATE_AMBIGUOUS", "/timestamp", "an instant, ISO 8601", said);
  // Without an offset it names a day and no instant.
  const completedAt = /(Z|[+-]\d{2}:?\d{2})$/i.test(said) ? new Date(said.replace(" ", "T")).toISOString() : undefined;

  const code = raw.courseCode ?? lastPart(activity);
  const { mapping, competences } = competencesOf([code, activity], whose.organisation, completedOn, context);
  const base = { ...whose, claim, sourceVersion: versionOf(raw, 0) };
  const title = raw.title ?? code;
  return {
    records: [
      {
        ...base,
        kind: "achievement",
        sourceId: raw.id,
        facts: {
          title,
          courseSourceId: activity,
          courseCode: code,
          completedOn,
          ...(completedAt === undefined ? {} : { completedAt }),
          mapping,
        },
      },
      ...competences.map(
        (competence): NormalisedRecord => ({
          ...base,
          kind: "competence-award",
          sourceId: `${raw.id}|${competence}`,
          facts: {
            competence,
            name: parseCompetenceName(code) ? code : title,
            awardedOn: completedOn,
            attainment: "ACHIEVED",
          },
        }),
      ),
    ],
  };
}

const fault = (refused: string, pointer: string, expected: string, value: string | undefined): { readonly fault: Fault } => ({
  fault: { refused, pointer, expected, got: value === undefined ? "nothing" : `text of ${value.length} characters` },
});

/** Undefined when the statement is somebody else's, or does not say whose. */
function organisationIn(raw: ReducedStatement, { settings, organisations }: Context): { organisation?: string } | undefined {
  if (settings.organisationExtension === undefined) return organisations.length === 1 ? {} : undefined;
  const ours = organisations.find(({ odsCode }) => odsCode === raw.organisation);
  return ours && { organisation: ours.odsCode };
}

/** An account is the person's key, else the mailbox; a hash of a mailbox and an OpenID name nobody we could find. */
function claimOf(raw: ReducedStatement, settings: XapiSettings): Claim | undefined {
  const names = namesIn(raw.name);
  if (raw.account !== undefined && raw.homePage !== undefined) {
    const isStaffNumber = raw.homePage.replace(/\/+$/, "") === settings.staffHomePage?.replace(/\/+$/, "");
    return {
      personKey: `${raw.homePage}|${raw.account}`,
      ...names,
      ...(isStaffNumber ? { identifiers: [{ scheme: settings.staffIdentifier, value: raw.account }] } : {}),
    };
  }
  const mailbox = /^mailto:(\S+@\S+)$/i.exec(raw.mbox ?? "")?.[1]?.toLowerCase();
  return mailbox === undefined
    ? undefined
    : { personKey: `mailto:${mailbox}`, ...names, identifiers: [{ scheme: "EMAIL", value: mailbox }] };
}

/** One field holds the whole name: only where it can be read in one way (two words of letters) is it taken apart. */
function namesIn(name: string | undefined): Pick<Claim, "givenName" | "familyName"> {
  const parts = /^(\p{L}[\p{L}\p{M}'’-]*)\s+(\p{L}[\p{L}\p{M}'’-]*)$/u.exec(name?.normalize("NFC") ?? "");
  return parts ? { givenName: parts[1], familyName: parts[2] } : {};
}

/** What people call the course: the last part of its address, read as it was meant. */
function lastPart(activity: string): string {
  const last =
    activity
      .replace(/[/#]+$/, "")
      .split(/[/#]/)
      .at(-1) || activity;
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}

/** The course's own code names its competence; else the organisation's course map, which may name several. */
function competencesOf(
  keys: readonly [code: string, activity: string],
  stated: string | undefined,
  on: string,
  { maps, organisations }: Context,
): { mapping: Mapping; competences: readonly string[] } {
  const named = parseCompetenceName(keys[0])?.identity;
  if (named !== undefined) return { mapping: "MAPPED" as Mapping, competences: [named] };
  const mapped = maps.coursesToCompetences(stated ?? organisations[0]!.odsCode, keys, on);
  if (mapped === "local") return { mapping: "LOCAL" as Mapping, competences: [] };
  if (mapped === undefined || mapped.length === 0) return { mapping: "UNMAPPED" as Mapping, competences: [] };
  return { mapping: "MAPPED" as Mapping, competences: [...new Set(mapped)] };
}
