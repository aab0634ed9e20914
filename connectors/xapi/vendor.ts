/**
 * xAPI's words, and the little of a statement that goes any further. Scores, answers, durations, instructors, attachments and
 * extensions are dropped here; of the extensions only the two that the settings name are looked at.
 */
import { z } from "zod";
import type { XapiSettings } from "./settings";

export const voidedVerb = "http://adlnet.gov/expapi/verbs/voided";

/** One answer of GET /statements. */
export const statementResult = z.object({ statements: z.array(z.unknown()), more: z.string().nullish() });

const word = z.string().max(2000).optional();
const uuid = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, "a UUID");
const lowered = uuid.transform((id) => id.toLowerCase());

export const statement = z.object({
  id: lowered,
  verb: z.string().max(2000),
  stored: word,
  timestamp: word,
  /** `other`: an actor that is named by a hash or an OpenID, or not at all. */
  actorType: z.enum(["agent", "group", "other"]),
  homePage: word,
  account: word,
  mbox: word,
  name: word,
  objectType: z.enum(["Activity", "Agent", "Group", "StatementRef", "SubStatement", "other"]),
  activity: word,
  activityType: word,
  title: word,
  courseCode: word,
  completion: z.boolean().optional(),
  success: z.boolean().optional(),
  organisation: word,
});

/** A statement, reduced. `isVoided`: the store has shown it although it is void. `voids`: which one it takes back, as far as it is known. */
export const raw = statement.extend({
  isVoided: z.boolean().optional(),
  voids: z.object({ id: lowered, statement: statement.optional() }).optional(),
});
export type Raw = z.infer<typeof raw>;
export type ReducedStatement = z.infer<typeof statement>;

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);
const part = (value: unknown, key: string): unknown => (isObject(value) ? value[key] : undefined);
const textOf = (value: unknown): string | undefined => (typeof value === "string" && value.trim() !== "" ? value.trim() : undefined);
const truth = (value: unknown): boolean | undefined => (typeof value === "boolean" ? value : undefined);

/** The best language that is there: as asked for, else the same language of another country, else the first by name. */
export function textIn(languages: readonly string[], map: unknown): string | undefined {
  if (!isObject(map)) return undefined;
  const tags = Object.keys(map)
    .filter((tag) => textOf(map[tag]) !== undefined)
    .sort();
  const of = (test: (tag: string) => boolean) => tags.find(test);
  for (const language of languages.map((one) => one.toLowerCase())) {
    const found = of((tag) => tag.toLowerCase() === language) ?? of((tag) => tag.toLowerCase().split("-")[0] === language.split("-")[0]);
    if (found) return textOf(map[found]);
  }
  return tags[0] === undefined ? undefined : textOf(map[tags[0]]);
}

const objectTypes = ["Activity", "Agent", "Group", "StatementRef", "SubStatement"] as const;

/** Of a statement as it was received; something that is none is handed on for `raw` to refuse. */
export function reduce(received: unknown, settings: XapiSettings): ReducedStatement | unknown {
  if (!isObject(received)) return received;
  const { actor, object, result, context } = received;
  const definition = part(object, "definition");
  const account = part(actor, "account");
  const stated = part(object, "objectType") ?? "Activity";
  const code = settings.courseCodeExtension && part(part(definition, "extensions"), settings.courseCodeExtension);
  const organisation = settings.organisationExtension && part(part(context, "extensions"), settings.organisationExtension);
  const isGroup = part(actor, "objectType") === "Group";
  const named = textOf(part(account, "name")) !== undefined || textOf(part(actor, "mbox")) !== undefined;
  return dropUndefined({
    id: received.id,
    verb: part(received.verb, "id"),
    stored: textOf(received.stored),
    timestamp: textOf(received.timestamp),
    actorType: isGroup ? "group" : named ? "agent" : "other",
    homePage: isGroup ? undefined : textOf(part(account, "homePage")),
    account: isGroup ? undefined : textOf(part(account, "name")),
    mbox: isGroup ? undefined : textOf(part(actor, "mbox")),
    name: isGroup ? undefined : textOf(part(actor, "name")),
    objectType: objectTypes.find((one) => one === stated) ?? "other",
    activity: textOf(part(object, "id")),
    activityType: textOf(part(definition, "type")),
    title: textIn(settings.languages, part(definition, "name")),
    courseCode: textOf(code),
    completion: truth(part(result, "completion")),
    success: truth(part(result, "success")),
    organisation: textOf(organisation)?.toUpperCase(),
  });
}

function dropUndefined(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined));
}
