/**
 * Operations that nobody asks in good faith. After the OWASP cheat sheet on GraphQL, the test list of graphql-cop, the attacks
 * that graphql-armor names (aliases, depth, directives, tokens, cost, suggestions), and the paper "GraphQL batching attacks".
 */
export interface Abuse {
  readonly kind: string;
  readonly name: string;
  /** As it is sent: text goes as it is, anything else as JSON. */
  readonly body: unknown;
}

const times = (n: number, make: (at: number) => string) => Array.from({ length: n }, (_, at) => make(at)).join(" ");
const q = (query: string, variables?: Record<string, unknown>) => ({ query, ...(variables ? { variables } : {}) });

function* aliases(): Generator<Abuse> {
  const kind = "aliases";
  for (const n of [25, 50, 100, 200, 400, 1000, 2000]) {
    yield { kind, name: `${n} of one root field`, body: q(`{ ${times(n, (at) => `a${at}: me { id }`)} }`) };
    yield { kind, name: `${n} within a person`, body: q(`{ me { ${times(n, (at) => `a${at}: id`)} } }`) };
    yield { kind, name: `${n} of a list`, body: q(`{ me { learning { ${times(n, (at) => `a${at}: competences { subject }`)} } } }`) };
    yield { kind, name: `${n} in a fragment`, body: q(`{ me { ...F } } fragment F on StaffMember { ${times(n, (at) => `a${at}: id`)} }`) };
    yield {
      kind,
      name: `${n} look-ups of people`,
      body: q(`{ ${times(n, (at) => `a${at}: staffMemberByIdentifier(scheme: GMC, value: "${9_000_000 + at}") { id }`)} }`),
    };
    yield { kind, name: `${n} mutations`, body: q(`mutation { ${times(n, (at) => `a${at}: __typename`)} }`) };
    yield { kind, name: `${n} behind a directive`, body: q(`{ me { ${times(n, (at) => `a${at}: id @include(if: true)`)} } }`) };
  }
}

function* depth(): Generator<Abuse> {
  const kind = "depth";
  const around = "learning { competences { attestations { controller { ";
  for (const n of [14, 20, 50, 100, 500, 5000, 20_000]) {
    yield { kind, name: `${n} levels of a field`, body: q(`{ me { ${"learning { ".repeat(n)}id${" }".repeat(n)} } }`) };
    yield {
      kind,
      name: `${n} levels of inline fragments and fields`,
      body: q(`{ me { ${"... on StaffMember { learning { ".repeat(n)}id${" } }".repeat(n)} } }`),
    };
    yield { kind, name: `${n} levels of selection sets only`, body: q(`${"{ ".repeat(n)}id${" }".repeat(n)}`) };
    yield { kind, name: `${n} open braces`, body: q("{".repeat(n)) };
    yield { kind, name: `${n} levels of a list value`, body: q(`{ staffMember(id: ${"[".repeat(n)}1${"]".repeat(n)}) { id } }`) };
    yield { kind, name: `${n} levels of an object value`, body: q(`{ staffMember(id: ${"{a:".repeat(n)}1${"}".repeat(n)}) { id } }`) };
    yield { kind, name: `${n} levels of a list type`, body: q(`query A($a: ${"[".repeat(n)}ID${"]".repeat(n)}) { me { id } }`) };
    const chain = Array.from(
      { length: Math.min(n, 400) },
      (_, at) => `fragment F${at} on StaffMember { learning { ...G${at} } } fragment G${at} on Learning { ...F${at + 1} }`,
    );
    yield { kind, name: `${n} levels over fragments`, body: q(`{ me { ...F0 } } ${chain.join(" ")}`) };
    if (n >= 500)
      yield { kind, name: `${n} real parts, again and again`, body: q(`{ me { ${around}${"odsCode ".repeat(n)}${"} ".repeat(4)} } }`) };
  }
}

function* fragments(): Generator<Abuse> {
  const kind = "fragments";
  const circle = (n: number) => times(n, (at) => `fragment F${at} on StaffMember { id ...F${(at + 1) % n} }`);
  for (const n of [1, 2, 3, 5, 10, 30]) {
    yield { kind, name: `a circle of ${n}`, body: q(`{ me { ...F0 } } ${circle(n)}`) };
    yield {
      kind,
      name: `a circle of ${n} with fields between`,
      body: q(`{ me { ...F0 } } ${times(n, (at) => `fragment F${at} on StaffMember { learning { ...F${(at + 1) % n} } }`)}`),
    };
    yield { kind, name: `an unused circle of ${n}`, body: q(`{ me { id } } ${circle(n)}`) };
  }
  for (const n of [8, 20, 40, 60]) {
    const doubling = times(n, (at) => `fragment F${at} on StaffMember { ...F${at + 1} ...F${at + 1} }`);
    yield { kind, name: `${n} that double each other`, body: q(`{ me { ...F0 } } ${doubling} fragment F${n} on StaffMember { id }`) };
    yield {
      kind,
      name: `${n} that treble each other`,
      body: q(
        `{ me { ...F0 } } ${times(n, (at) => `fragment F${at} on StaffMember { ...F${at + 1} ...F${at + 1} ...F${at + 1} }`)} fragment F${n} on StaffMember { id }`,
      ),
    };
  }
  for (const n of [60, 200, 1000]) {
    yield { kind, name: `${n} that nobody uses`, body: q(`{ me { id } } ${times(n, (at) => `fragment F${at} on StaffMember { id }`)}`) };
    yield { kind, name: `${n} spreads of one at the root`, body: q(`{ ${"...R ".repeat(n)} } fragment R on Query { me { id } }`) };
  }
  yield { kind, name: "on a type that is none", body: q("{ me { ...F } } fragment F on Secret { id }") };
  yield { kind, name: "on another type", body: q("{ me { ...F } } fragment F on Organisation { odsCode }") };
  yield { kind, name: "that is not there", body: q("{ me { ...F } }") };
  yield { kind, name: "root fields behind it", body: q(`{ ...R } fragment R on Query { ${times(15, (at) => `a${at}: me { id }`)} }`) };
}

function* directives(): Generator<Abuse> {
  const kind = "directives";
  for (const n of [7, 20, 100, 500, 3000]) {
    yield { kind, name: `${n} times skip on one field`, body: q(`{ me { id ${"@skip(if: false) ".repeat(n)}} }`) };
    yield { kind, name: `${n} unknown ones`, body: q(`{ me { id ${"@aa ".repeat(n)}} }`) };
    yield { kind, name: `${n} on as many fields`, body: q(`{ me { ${"id @include(if: true) ".repeat(n)}} }`) };
    yield { kind, name: `${n} on the operation`, body: q(`query A ${"@a ".repeat(n)}{ me { id } }`) };
    yield { kind, name: `${n} on fragments`, body: q(`{ me { ${"... @include(if: true) { id } ".repeat(n)}} }`) };
  }
  for (const name of [
    "defer",
    "stream",
    "live",
    "cached",
    "export",
    "join__field",
    "inaccessible",
    "deprecated",
    "specifiedBy",
    "oneOf",
    "tag",
  ])
    yield { kind, name: `@${name}`, body: q(`{ me { id @${name} } }`) };
}

function* tokens(): Generator<Abuse> {
  const kind = "tokens";
  for (const n of [500, 1000, 5000, 10_000, 20_000]) {
    yield { kind, name: `${n} fields`, body: q(`{ me { ${"id ".repeat(n)}} }`) };
    yield { kind, name: `${n} names that are none`, body: q(`{ me { ${"x ".repeat(n)}} }`) };
    yield { kind, name: `${n} variables`, body: q(`query A(${times(n, (at) => `$v${at}: ID`)}) { me { id } }`) };
    yield { kind, name: `${n} values in a list`, body: q(`{ staffMember(id: [${"1 ".repeat(n)}]) { id } }`) };
    yield { kind, name: `${n} operations`, body: q(times(n / 10, (at) => `query A${at} { me { id } }`)) };
    yield { kind, name: `${n} exclamation marks`, body: q("!".repeat(n)) };
    yield { kind, name: `${n} anonymous operations`, body: q("{ me { id } } ".repeat(n / 10)) };
  }
}

function* cost(): Generator<Abuse> {
  const kind = "cost";
  const people = (first: string) =>
    `staffMembers(organisation: "ZQA", first: ${first}) { edges { node { id name { given } learning { competences { subject attestations { controller { odsCode } } } achievements { title } } } } }`;
  for (const first of ["101", "1000", "100000", "2147483647", "-1", "0", "2147483648", "1e3", "1.5", '"10"', "true", "null"]) {
    yield { kind, name: `first ${first}`, body: q(`{ ${people(first)} }`) };
  }
  for (const n of [101, 1000, 1_000_000, 2_147_483_647, -5, 0, 1e21, "10", null, true, [], {}, 1.5]) {
    yield { kind, name: `first by variable ${JSON.stringify(n)}`, body: q(`query A($n: Int!) { ${people("$n")} }`, { n }) };
    yield {
      kind,
      name: `first by default ${JSON.stringify(n)}`,
      body: q(`query A($n: Int! = ${typeof n === "number" ? Math.max(101, Math.abs(n)) : 5000}) { ${people("$n")} }`),
    };
  }
  const starter =
    "staffMember { learning { competences { subject attestations { provenance { provider } controller { odsCode } } } } } missing { title standard why }";
  const rotation = (at: number) =>
    `b${at}: organisation(odsCode: "ZQA") { rotation(startsOn: "2026-12-02") { starters(first: 100) { edges { node { ${starter} } } } } }`;
  for (const n of [4, 5, 8]) yield { kind, name: `${n} rotations of 100 with their training`, body: q(`{ ${times(n, rotation)} }`) };
  yield {
    kind,
    name: "an infinite size",
    body: `{"query":"query A($n: Int!) { ${people("$n").replaceAll('"', '\\"')} }","variables":{"n":1e999}}`,
  };
}

function* introspection(): Generator<Abuse> {
  const kind = "introspection in a circle";
  const deep = (n: number) => `{ __schema { types { ${"fields { type { ".repeat(n)}name${" } }".repeat(n)} } } }`;
  for (const n of [3, 5, 10, 30]) yield { kind, name: `${n} times fields and types`, body: q(deep(n)) };
  for (const n of [3, 6, 12]) {
    yield {
      kind,
      name: `${n} times possible types`,
      body: q(`{ __schema { types { ${"possibleTypes { ".repeat(n)}name${" }".repeat(n)} } } }`),
    };
    yield { kind, name: `${n} times interfaces`, body: q(`{ __schema { types { ${"interfaces { ".repeat(n)}name${" }".repeat(n)} } } }`) };
    yield {
      kind,
      name: `${n} times input fields`,
      body: q(`{ __schema { types { ${"inputFields { type { ".repeat(n)}name${" } }".repeat(n)} } } }`),
    };
  }
}

function* shapes(): Generator<Abuse> {
  const kind = "bodies and batches";
  const one = q("{ me { id } }");
  for (const n of [0, 1, 2, 10, 100, 1000]) yield { kind, name: `a batch of ${n}`, body: Array.from({ length: n }, () => one) };
  yield { kind, name: "batches in a batch", body: [[one, one], [one]] };
  for (const body of [
    "",
    " ",
    "null",
    "true",
    "1",
    '"{ me { id } }"',
    "{",
    "[",
    "{}",
    "[]",
    "{]",
    '{"query"}',
    "\u0000",
    "query={me{id}}",
    "{ me { id } }",
    '{"query":"{ me { id } }",}',
    "{'query':'{ me { id } }'}",
    '{"query":"{ me { id } }"}}',
    '{"query":NaN}',
    '\ufeff\ufeff{"query":"{me{id}}"}',
  ])
    yield { kind, name: `the body ${JSON.stringify(body)}`, body };
  for (const query of [
    null,
    1,
    true,
    [],
    {},
    ["{ me { id } }"],
    { kind: "Document" },
    "",
    " ",
    "#",
    "\u0000",
    "query",
    "query {",
    "subscription { me { id } }",
    "type Query { a: Int }",
    "extend type Query { a: Int }",
    "schema { query: Query }",
    "fragment F on StaffMember { id }",
    "{ me { id } } { me { id } }",
    "query A { me { id } } query A { me { id } }",
  ])
    yield { kind, name: `the query ${JSON.stringify(query)}`, body: { query } };
  for (const variables of [1, "x", true, [], [1]])
    yield { kind, name: `variables ${JSON.stringify(variables)}`, body: { ...one, variables } };
  for (const operationName of [1, true, [], {}, "B", "__proto__", "constructor", ""])
    yield {
      kind,
      name: `operation name ${JSON.stringify(operationName)}`,
      body: { query: "query A { me { id } } query C { me { id } }", operationName },
    };
  for (const extensions of [1, "x", true]) yield { kind, name: `extensions ${JSON.stringify(extensions)}`, body: { ...one, extensions } };
  for (const sha256Hash of ["0".repeat(64), "x", "__proto__", "constructor", 1, null])
    yield { kind, name: `only a hash ${JSON.stringify(sha256Hash)}`, body: { extensions: { persistedQuery: { version: 1, sha256Hash } } } };
  yield {
    kind,
    name: "a hash of something else",
    body: { ...one, extensions: { persistedQuery: { version: 1, sha256Hash: "0".repeat(64) } } },
  };
  for (const kb of [101, 500, 2000]) yield { kind, name: `${kb} kB of padding`, body: { ...one, pad: "x".repeat(kb * 1000) } };
  for (const n of [40, 1000, 40_000])
    yield { kind, name: `JSON ${n} levels deep`, body: `{"query":"{ me { id } }","variables":{"a":${"[".repeat(n)}${"]".repeat(n)}}}` };
}

function* names(): Generator<Abuse> {
  const kind = "names of prototypes and of the machinery";
  for (const name of [
    "__proto__",
    "constructor",
    "prototype",
    "hasOwnProperty",
    "toString",
    "valueOf",
    "__defineGetter__",
    "__lookupSetter__",
    "isPrototypeOf",
    "_entities",
    "_service",
    "__join",
    "then",
    "toJSON",
  ]) {
    yield { kind, name: `the field ${name}`, body: q(`{ ${name} }`) };
    yield { kind, name: `the field ${name} of a person`, body: q(`{ me { ${name} } }`) };
    yield { kind, name: `the argument ${name}`, body: q(`{ staffMember(${name}: "1") { id } }`) };
    yield { kind, name: `the fragment type ${name}`, body: q(`{ me { ... on ${name} { id } } }`) };
    yield { kind, name: `the variable type ${name}`, body: q(`query A($a: ${name}) { staffMember(id: $a) { id } }`) };
    yield { kind, name: `the input member ${name}`, body: q(`{ me { readiness(for: { organisation: "ZQA", ${name}: "x" }) { ready } } }`) };
    yield { kind, name: `the enum value ${name}`, body: q(`{ staffMemberByIdentifier(scheme: ${name}, value: "1") { id } }`) };
    yield { kind, name: `the directive ${name}`, body: q(`{ me { id @${name} } }`) };
  }
  yield {
    kind,
    name: "representations of people",
    body: q('{ _entities(representations: [{ __typename: "StaffMember", id: "1" }]) { ... on StaffMember { id } } }'),
  };
  yield { kind, name: "the SDL", body: q("{ _service { sdl } }") };
}

function* variables(): Generator<Abuse> {
  const kind = "variables";
  const ask = "query A($id: ID!) { staffMember(id: $id) { id } }";
  for (const id of [undefined, null, true, 1.5, [], ["x"], {}, { id: "x" }, { __typename: "StaffMember" }])
    yield { kind, name: `an id that is ${JSON.stringify(id)}`, body: q(ask, { id } as never) };
  const input = "query A($for: ReadinessFor!) { me { readiness(for: $for) { ready } } }";
  for (const bad of [
    1,
    "x",
    [],
    { a: 1 },
    { organisation: 1 },
    { organisation: "ZQA", more: 1 },
    { organisation: { $ne: null } },
    { organisation: ["ZQA"] },
    { organisation: null },
  ])
    yield { kind, name: `an input that is ${JSON.stringify(bad)}`, body: q(input, { for: bad }) };
  for (const n of [50, 1000, 20_000])
    yield {
      kind,
      name: `an input with ${n} members`,
      body: q(input, { for: Object.fromEntries(Array.from({ length: n }, (_, at) => [`a${at}`, 1])) }),
    };
}

/** Must be refused by every gateway, in development too. */
export function abuses(): readonly Abuse[] {
  return [
    ...aliases(),
    ...depth(),
    ...fragments(),
    ...directives(),
    ...tokens(),
    ...cost(),
    ...introspection(),
    ...shapes(),
    ...names(),
    ...variables(),
  ];
}

/** Must be refused in production, where introspection and suggestions are off; allowed in the demonstration. */
export const introspections: readonly string[] = [
  "{ __schema { types { name } } }",
  "{ __schema { queryType { name } } }",
  "{ __schema { directives { name } } }",
  '{ __type(name: "StaffMember") { fields { name } } }',
  '{ __type(name: "Query") { name } }',
  "query IntrospectionQuery { __schema { queryType { name } mutationType { name } types { kind name } } }",
  "{ me { id } __schema { types { name } } }",
  "{ a: __schema { b: types { c: name } } }",
  "{ ...I } fragment I on Query { __schema { types { name } } }",
  "{ ... { __schema { types { name } } } }",
  "{ ... on Query { __schema { types { name } } } }",
  "query A($w: Boolean = true) { __schema @include(if: $w) { types { name } } }",
  "mutation { __schema { types { name } } }",
  "{\n__schema\n{types{name}}}",
  "{,,,__schema,,,{,types,{,name,}}}",
  "{#comment\n__schema#\n{types{name}}}",
  "\ufeff{ __schema { types { name } } }",
];

/** Names that are nearly right: the answer must not say which would have been. */
export const nearMisses: readonly string[] = [
  "{ mee { id } }",
  "{ staffMembr(id: 1) { id } }",
  "{ me { nam { given } } }",
  "{ me { healt { clearances { role } } } }",
  "{ staffMember(idd: 1) { id } }",
  "{ me { ... on StaffMembr { id } } }",
  "query A($a: StafMember) { me { id } }",
  '{ staffMemberByIdentifier(scheme: GMCC, value: "1") { id } }',
  '{ me { readiness(for: { organisatio: "ZQA" }) { ready } } }',
  "{ me { id @skp(if: true) } }",
];
