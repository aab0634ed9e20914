import { buildSchema } from "graphql";
import { admitted } from "./admitted";
import type { Measures } from "./measure";
import { ceilings, frontEndOf, hashOf, least, limits, manifestOf, registered, registeredFor, room } from "./registered";

const schema = buildSchema("type Query { me: Person people(first: Int! = 20): [Person!] } type Person { id: ID friend: Person }");
const nobody = { console: [], commands: [], passport: [], trust: [], demonstration: [] };
const names = Object.keys(ceilings) as (keyof Measures)[];

describe("the manifest", () => {
  test("holds no operation beyond a limit, and no limit far above every operation", () => {
    for (const name of names) {
      const most = Math.max(...registered.map((one) => one[name]));
      expect(most).toBeLessThanOrEqual(limits[name]);
      expect(limits[name]).toBeLessThanOrEqual(Math.max(least[name] ?? 0, Math.ceil(most * room)));
      expect(limits[name]).toBeLessThanOrEqual(ceilings[name]);
    }
  });
  test.each([
    ["no name", "{ me { id } }", /one operation with a name/],
    ["two operations", "query A { me { id } } query B { me { id } }", /one operation with a name/],
    ["a field the graph does not have", "query A { me { age } }", /an operation of this graph/],
    ["more levels than the ceiling", `query A { me { ${"friend { ".repeat(20)}id${" }".repeat(20)} } }`, /at most 12 depth/],
    ["more cost than the ceiling", "query A { people(first: 1000000) { id } }", /at most 150000 cost/],
  ])("takes no operation with %s", (_, document, why) => {
    expect(() => manifestOf(schema, { ...nobody, passport: [document] })).toThrow(why);
  });
  test("takes no name twice in one front-end", () => {
    const two = ["query A { me { id } }", "query A { me { id friend { id } } }"];
    expect(() => manifestOf(schema, { ...nobody, passport: two })).toThrow(/a name that is used once/);
  });
});

const self = { issuer: "https://login.example", role: "self" } as const;
const hr = { issuer: "https://cis2.example", role: "hr" } as const;
const operator = { issuer: "lanyard:console", role: "ops" } as const;
const vendor = { issuer: "https://hub.example", role: "vendor-lms" } as const;

describe("who may ask which", () => {
  const of = (frontEnd: string) => registered.find((one) => one.frontEnd === frontEnd)!;
  test("is decided by where somebody comes from, then by what they are", () => {
    expect([self, hr, operator, vendor].map(frontEndOf)).toEqual(["passport", "trust", "console", undefined]);
  });
  test("an operation of one front-end is no other's", () => {
    for (const [who, frontEnd] of [
      [self, "passport"],
      [hr, "trust"],
      [operator, "console"],
    ] as const) {
      for (const other of ["passport", "trust", "console", "commands", "demonstration"]) {
        const { hash, document } = of(other);
        expect(registeredFor(who, { hash }) !== undefined).toBe(other === frontEnd);
        expect(registeredFor(who, { text: `\n${document}\n` }) !== undefined).toBe(other === frontEnd);
      }
      expect(registeredFor(vendor, { hash: of(frontEnd).hash })).toBeUndefined();
    }
  });
});

describe("in production", () => {
  const { document, hash, name } = registered.find((one) => one.frontEnd === "passport")!;
  const by = (sha256Hash: unknown) => ({ extensions: { persistedQuery: { version: 1, sha256Hash } } });
  test.each([
    ["its text", { query: document, variables: { a: 1 } }],
    ["its hash", { ...by(hash), variables: { a: 1 } }],
    ["both", { query: document, ...by(hash), variables: { a: 1 } }],
  ])("a registered operation is asked by %s", (_, body) => {
    expect(admitted(self, body, true)).toEqual({ body: { query: document, variables: { a: 1 } } });
  });
  test.each([
    ["another text", { query: `${document} # a comment` }, "OPERATION_NOT_REGISTERED"],
    ["a text with one field more", { query: document.replace("id", "id __typename") }, "OPERATION_NOT_REGISTERED"],
    ["an unknown hash", by("0".repeat(64)), "OPERATION_NOT_REGISTERED"],
    ["a hash that is none", by("__proto__"), "OPERATION_NOT_REGISTERED"],
    ["the hash of one with the text of another", { query: "{ me { id } }", ...by(hash) }, "BAD_REQUEST"],
    ["a name only", { operationName: name }, "OPERATION_NOT_REGISTERED"],
    ["several at once", [{ query: document }], "BAD_REQUEST"],
    ["nothing", null, "OPERATION_NOT_REGISTERED"],
  ])("%s is refused", (_, body, code) => {
    expect(admitted(self, body, true)).toMatchObject({ code });
  });
  test("an unregistered text is answered where introspection is on", () => {
    expect(admitted(self, { query: "{ me { id } }" }, false)).toEqual({ body: { query: "{ me { id } }" } });
    expect(hashOf(" a ")).toBe(hashOf("a"));
  });
});

test("what is no text is refused at the door, and said where; every other character is text", () => {
  const somebody = { issuer: "any", role: "hr" } as const;
  const body = (reason: string) => ({ query: "query A { me { id } }", variables: { input: { reason, list: ["fine"] } } });
  for (const bad of ["a\0b", "\ud800x", "x\udc00"])
    expect([bad, admitted(somebody, body(bad), false)]).toEqual([
      bad,
      expect.objectContaining({ code: "BAD_USER_INPUT", message: expect.stringContaining("variables.input.reason") }),
    ]);
  for (const written of ["\\u0000", "\\u{0}", "\\u{000}"])
    expect(admitted(somebody, { query: `query A { people(name: "${written}") { id } }` }, false)).toMatchObject({ code: "BAD_USER_INPUT" });
  for (const good of ["Siân O'Donnell-Pryce", "👩🏽‍⚕️", "\u0001\u202e", "'; drop table x; --"])
    expect(admitted(somebody, body(good), false)).toEqual({ body: body(good) });
});
