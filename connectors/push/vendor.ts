/**
 * The item that a vendor pushes: whose it is, and a core skill in the words of the passport contract, or a finished course.
 * What is not listed here is dropped at the door.
 */
import { z } from "zod";

const longestWord = 500;
/** PostgreSQL cannot store NUL, and half of a surrogate pair is no character: refused here, by the vendor's own field. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: NUL is exactly what is looked for
const unstorable = /\u0000|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

/** A word, however it was typed: vendors send numbers for codes and "" for nothing. */
const word = z
  .union(
    [
      z
        .string()
        .max(longestWord)
        .refine((text) => !unstorable.test(text)),
      z.number(),
      z.boolean(),
    ],
    { error: `a text of at most ${longestWord} characters that can be stored, or a number` },
  )
  .nullish()
  .transform((value) => {
    const text = value === null || value === undefined ? "" : String(value).trim();
    return text === "" ? undefined : text;
  })
  .optional();

/** Only true withdraws. "false" as a text is no yes, and anything else is refused: a withdrawal is never guessed. */
const withdrawn = z
  .union([z.boolean(), z.literal("true").transform(() => true), z.literal("false").transform(() => false)], { error: "true or false" })
  .nullish()
  .transform((value) => value === true);

export const longestId = 200;
const expectedId = `an id of 1 to ${longestId} printable ASCII characters`;
/** The vendor's own id: it keys the records, so it must be there and be able to be stored. */
const id = z
  .union([z.string(), z.number().int()], { error: expectedId })
  .transform((value) => String(value).trim())
  .refine((value) => value.length <= longestId && /^[\x20-\x7e]+$/.test(value), expectedId);

export const raw = z.object({
  id: id.describe("Your id of the item; it stays the same for ever."),
  changedAt: word.describe("Instant at which you changed the item, with its zone; without it the order of arrival decides."),
  organisation: word.describe("Whose it is, where your key is for several organisations (ODS code); the key decides."),
  withdrawn: withdrawn.describe("true takes the item back: repeat the whole item, with a newer changedAt."),
  person: z
    .object({
      staffNumber: word.describe("Required."),
      givenName: word,
      familyName: word,
      birthDate: word.describe("Day, YYYY-MM-DD."),
      registration: z.object({ body: word, number: word }).nullish(),
    })
    .nullish(),

  competencyFramework: word.describe("Core skill: CSTF or MAND."),
  subjectName: word.describe("Subject, as in the framework."),
  competencyName: word.describe("Competence, as in the framework."),
  subjectLevel: word.describe("Level of the subject; 1 when left out."),
  proficiencyLevel: word,
  attainmentStatus: word.describe("ACHIEVED; anything else is left out."),
  awardingOrganisation: word.describe("ODS code of who awarded it."),
  dateLastAwarded: word.describe("Day, YYYY-MM-DD."),
  dateTo: word.describe("Last day on which it holds, YYYY-MM-DD."),

  course: z.object({ code: word, title: word }).nullish(),
  completedOn: word.describe("Day on which the course was finished, YYYY-MM-DD."),
});
export type Raw = z.infer<typeof raw>;
