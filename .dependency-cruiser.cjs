// DESIGN.md section 3 as rules. A folder may touch what its row allows, and nothing else.
const folders = [
  "platform",
  "schema",
  "connectors",
  "sandbox",
  "sync",
  "outbound",
  "store",
  "access",
  "recognition",
  "subgraphs",
  "gateway",
  "console",
  "passport",
  "cli",
];
const tests = "\\.test\\.tsx?$|^test/|^bench/";

/** What each folder may import of the project, besides itself. `types` only as `import type`. */
const allowed = {
  platform: [],
  schema: ["platform/errors"],
  connectors: ["platform/(errors|addresses|json)", "schema/codes"],
  store: ["schema", "platform"],
  access: ["schema"],
  sync: ["store", "schema", "platform", "connectors"],
  outbound: ["store", "schema", "platform", "access"],
  recognition: ["schema"],
  subgraphs: ["store", "schema", "platform", "access", "recognition"],
  console: ["schema", "platform"],
  gateway: ["subgraphs", "schema", "platform", "access"],
  sandbox: ["platform", "schema/codes", "connectors"],
  cli: folders,
};

const boundaries = Object.entries(allowed)
  .filter(([folder]) => folder !== "cli")
  .map(([folder, may]) => ({
    name: `${folder}-boundary`,
    comment: `${folder} may import ${may.length ? may.join(", ") : "nothing local"}`,
    severity: "error",
    from: { path: `^${folder}/`, pathNot: tests },
    to: {
      path: `^(${folders.join("|")})/`,
      pathNot: [`^${folder}/`, ...may.map((path) => `^${path}(/|\\.ts$)`)],
      // A type is not a dependency at run time: connectors, store and access name each other's nouns.
      dependencyTypesNot: ["type-only"],
    },
  }));

const only = (name, library, where) => ({
  name,
  comment: `${library} only in ${where.join(", ")}`,
  severity: "error",
  from: { path: `^(${folders.join("|")})/`, pathNot: [tests, ...where.map((path) => `^${path}`)] },
  // Types of a library may stand in @types.
  to: { path: `^node_modules/(@types/)?${library}/`, dependencyTypesNot: ["type-only"] },
});

module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } } },
    ...boundaries,
    {
      name: "connector-alone",
      comment: "one connector never imports another",
      severity: "error",
      from: { path: "^connectors/(?!kit/)([^/]+)/.+" },
      to: { path: "^connectors/(?!kit/)([^/]+)/.+", pathNot: "^connectors/$1/" },
    },
    {
      name: "subgraph-alone",
      comment: "one subgraph never imports another",
      severity: "error",
      from: { path: "^subgraphs/(?!kit/)([^/]+)/.+", pathNot: tests },
      to: { path: "^subgraphs/(?!kit/)([^/]+)/.+", pathNot: "^subgraphs/$1/" },
    },
    {
      name: "audit-verified-by-others",
      comment: "whoever verifies the audit shares no code with what writes it",
      severity: "error",
      from: { path: "^cli/audit-verify/" },
      to: { path: `^(${folders.join("|")})/`, pathNot: "^(cli/audit-verify|platform)/" },
    },
    only("typeorm-in-schema-and-store", "typeorm", ["schema/", "store/"]),
    only("type-graphql-in-schema-and-subgraphs", "type-graphql", ["schema/", "subgraphs/"]),
    only("pg-behind-the-door", "pg", ["store/", "platform/database\\.ts", "platform/queue", "platform/postgres"]),
    only("bullmq-behind-the-door", "(bullmq|ioredis)", ["platform/queue"]),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(dist|\\.lanyard)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["require", "node", "default", "types"] },
  },
};
