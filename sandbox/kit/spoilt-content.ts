/** An answer that arrives whole and is wrong: made from the vendor's own, so that it is wrong in one place only. */
import type { Random } from "../population/random";
import type { TransportFault } from "./fault-plan";

export interface Answered {
  readonly status: number;
  readonly contentType: string;
  readonly body: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  /** Where it was asked for. */
  readonly url?: string;
}

/** Where no request of the hub may ever go. */
export const elsewhere = [
  "http://169.254.169.254/latest/meta-data/",
  "http://records.elsewhere.example.test/",
  "https://127.0.0.1.elsewhere.example.test/",
  "file:///etc/passwd",
  "http://[fd00:ec2::254]/",
  "gopher://127.0.0.1:70/",
] as const;

const loginPage =
  '<!DOCTYPE html><html><head><title>Log in to the site</title></head><body><form><input type="password"></form></body></html>';
const deepLevels = 100_000;
const longText = 10 * 1024 * 1024;
const moreThanGiven = 10_000;
const manyItems = 1_000_000;
const marker = '"here goes the fault":0';

export function spoiltContent(
  fault: TransportFault,
  answer: Answered & { readonly body: string },
  chance: Random,
  first: string,
  to = chance.pick(elsewhere) as string,
): Answered {
  const { body } = answer;
  switch (fault) {
    case "garbage":
      return { ...answer, body: Buffer.from(Array.from({ length: chance.whole(1, 4_000) }, () => chance.whole(0, 255))) };
    case "invalid-utf8":
      return {
        ...answer,
        body: withBytesInText(body, chance.pick([[0xff], [0xc3, 0x28], [0xed, 0xa0, 0x80], [0xf8, 0x88], [0xe2, 0x82]])),
      };
    case "byte-order-mark":
      return { ...answer, body: `\ufeff${body}` };
    case "utf-16": {
      const little = Buffer.from(`\ufeff${body}`, "utf16le");
      return { ...answer, body: chance.chance(0.5) ? little : little.swap16() };
    }
    case "wrong-charset": {
      const type = answer.contentType.split(";")[0];
      // Said: one encoding; sent: another; and a letter in it that tells them apart.
      return { ...answer, contentType: `${type}; charset=utf-8`, body: withBytesInText(body, [0xe9]) };
    }
    case "login-page":
      return { ...answer, status: 200, contentType: "text/html; charset=utf-8", body: loginPage };
    case "error-json":
      return {
        ...answer,
        status: 200,
        body: chance.pick([
          '{"error":"Something went wrong"}',
          '{"error":{"code":500,"message":"fault"}}',
          '{"success":false}',
          "{}",
          "null",
        ]),
      };
    case "plain-text":
      return { ...answer, status: 200, contentType: "text/plain", body: chance.pick(["OK", "Service temporarily unavailable", ""]) };
    case "short-page":
      return { ...answer, body: shortPage(body, chance) };
    case "same-page":
      return { ...answer, body: first };
    case "same-next":
      return { ...answer, body: withNext(body, answer.url ?? "") ?? first };
    case "link-elsewhere": {
      const linked = withNext(body, to);
      return linked === undefined
        ? { ...answer, status: 302, body: "", headers: { ...answer.headers, location: to } }
        : { ...answer, body: linked };
    }
    case "deep": {
      const open = chance.pick(["[", '{"a":']);
      return { ...answer, body: `${open.repeat(deepLevels)}0${(open === "[" ? "]" : "}").repeat(deepLevels)}` };
    }
    case "long-text":
      return { ...answer, body: withInItem(body, chance, `"padding":"${"x".repeat(longText)}"`) };
    case "many-items":
      return {
        ...answer,
        body: withItems(
          body,
          Array.from({ length: manyItems }, () => ({})),
        ),
      };
    case "hostile-keys":
      return {
        ...answer,
        body: withInItem(
          body,
          chance,
          chance.pick([
            '"__proto__":{"polluted":true,"isAdmin":true}',
            '"constructor":{"prototype":{"polluted":true}}',
            '"\\u005f_proto__":{"polluted":true}',
            '"hasOwnProperty":1,"toString":null,"valueOf":"x"',
            '"twice":1,"twice":{"again":2}',
          ]),
        ),
      };
    case "hostile-numbers":
      return { ...answer, body: withInItem(body, chance, '"sequence":9007199254740993,"more":1e999,"minus":-9007199254740995,"zero":-0') };
    case "hostile-text":
      return { ...answer, body: withHostileText(body, chance) };
    default:
      throw new Error(`${fault} is not a fault of content`);
  }
}

/** The items of an answer, by the names that the simulated vendors give them; where there is none, the answer itself. */
function itemsOf(parsed: unknown): unknown[] | undefined {
  if (Array.isArray(parsed)) return parsed;
  const named = parsed as { entry?: unknown; records?: unknown; statements?: unknown; data?: { rows?: unknown } } | null;
  return [named?.entry, named?.records, named?.statements, named?.data?.rows].find(Array.isArray);
}

function withItems(body: string, items: readonly unknown[]): string {
  const parsed = JSON.parse(body);
  const found = itemsOf(parsed);
  if (!found) return JSON.stringify(items);
  found.length = 0;
  for (const item of items) found.push(item);
  return JSON.stringify(parsed);
}

function shortPage(body: string, chance: Random): string {
  const parsed = JSON.parse(body);
  const items = itemsOf(parsed);
  if (!items || items.length === 0) return body;
  items.splice(chance.whole(0, items.length - 1));
  // A searchset says how many match in all, on each of its pages; this page says that it is the last.
  if (Array.isArray(parsed.entry)) {
    parsed.total = moreThanGiven;
    parsed.link = (parsed.link ?? []).filter((one: { relation?: string }) => one.relation !== "next");
  }
  return JSON.stringify(parsed);
}

/** Undefined where this vendor's answers have no next link. */
function withNext(body: string, to: string): string | undefined {
  const parsed = JSON.parse(body);
  if (parsed?.resourceType === "Bundle") {
    const others = (parsed.link ?? []).filter((one: { relation?: string }) => one.relation !== "next");
    return JSON.stringify({ ...parsed, link: [...others, { relation: "next", url: to }] });
  }
  return typeof parsed?.more === "string" ? JSON.stringify({ ...parsed, more: to }) : undefined;
}

/** Text that JSON.stringify would never write, in one item of the list. */
function withInItem(body: string, chance: Random, text: string): string {
  const parsed = JSON.parse(body);
  const items = itemsOf(parsed)?.filter((item) => typeof item === "object" && item !== null && !Array.isArray(item)) ?? [];
  const item = (items.length > 0 ? chance.pick(items) : parsed) as Record<string, unknown>;
  // A resource stands inside its entry.
  const place = (typeof item.resource === "object" && item.resource !== null ? item.resource : item) as Record<string, unknown>;
  place["here goes the fault"] = 0;
  return JSON.stringify(parsed).replace(marker, () => text);
}

function withHostileText(body: string, chance: Random): string {
  const parsed = JSON.parse(body);
  const items = itemsOf(parsed);
  const leaves: { readonly of: Record<string, unknown>; readonly name: string }[] = [];
  const collect = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    for (const [name, one] of Object.entries(value)) {
      if (typeof one === "string") leaves.push({ of: value as Record<string, unknown>, name });
      else collect(one);
    }
  };
  collect(items && items.length > 0 ? chance.pick(items) : parsed);
  if (leaves.length === 0) return body;
  const { of, name } = chance.pick(leaves);
  of[name] = `${of[name]}@fault@`;
  return JSON.stringify(parsed).replace("@fault@", () => chance.pick(["\\u0000", "\\ud800", "\\udfff", "\\ud83d x", "\\u202e"]));
}

/** Inside a text of the answer, or instead of it where it has none. */
function withBytesInText(body: string, bytes: readonly number[]): Buffer {
  const at = body.indexOf('":"');
  const cut = at < 0 ? 0 : at + 3;
  return Buffer.concat([Buffer.from(body.slice(0, cut)), Buffer.from(bytes), Buffer.from(body.slice(cut))]);
}
