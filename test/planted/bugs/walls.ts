/** What stands behind the decision: the database's walls, the audit, the pass in one process, and what is said of health. */
import type { Bug } from "../bug";

const rows = { security: "rows" } as const;
const audit = "test/supergraph/audit.integration.test.ts";

export const wallBugs: readonly Bug[] = [
  {
    name: "a reader's rows are anybody's",
    file: "store/walls/policies.ts",
    find: 'if (role === "lanyard_read" || role === "lanyard_health") return readPolicy(table);',
    replace: 'if (role === "lanyard_health") return readPolicy(table);',
    caughtBy: rows,
  },
  {
    name: "a context is good for another session",
    file: "store/walls/functions.ts",
    find: "if said ->> 'pid' is distinct from pg_backend_pid()::text\n          or said",
    replace: "if said",
    caughtBy: rows,
  },
  {
    name: "row-level security is not forced",
    file: "store/walls/raise.ts",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of the code
    find: ", `alter table ${name} force row level security`",
    replace: "",
    caughtBy: { jest: "store/walls/catalogue.integration.test.ts", name: "finds nothing that goes round the walls" },
  },
  {
    name: "an auditor reads every organisation's audit",
    file: "store/walls/policies.ts",
    find: '  if (role === "lanyard_auditor" && table.name === auditTable) return readPolicy(table);\n',
    replace: "",
    caughtBy: { jest: "store/walls/audit-rows.integration.test.ts", name: "an auditor's session" },
  },
  {
    name: "a person's history is shown to whoever may see the person",
    file: "subgraphs/operations/audit.ts",
    find: 'facts, context.now).effect !== "allow") throw forbidden("accessHistory");',
    replace: 'facts, context.now).effect === undefined) throw forbidden("accessHistory");',
    caughtBy: { jest: audit, name: "nobody else reads a person's history" },
  },
  {
    name: "an answer leaves though its audit row was not written",
    file: "gateway/gateway.ts",
    find: "      await settings.audit(event);",
    replace: "      await settings.audit(event).catch(() => undefined);",
    caughtBy: { jest: "test/supergraph/gateway.integration.test.ts", name: "no answer leaves when its event cannot be written" },
  },
  {
    name: "a subgraph in this process answers without a pass",
    file: "gateway/in-process-source.ts",
    find: "    if (!isPass(pass,",
    replace: "    if (pass && !isPass(pass,",
    caughtBy: { jest: "gateway/internal-pass.test.ts", name: "answers nothing without a pass" },
  },
  {
    name: "an older clearance stands beside the newer one",
    file: "subgraphs/health/standing.ts",
    find: '    if (newer) return "SUPERSEDED";\n',
    replace: "",
    caughtBy: { jest: "subgraphs/health/standing.test.ts", name: "an older yes never stands beside a newer pending" },
  },
  {
    name: "a dose told twice is two",
    file: "recognition/doses.ts",
    find: "< Math.max(minimumIntervalDays(it.vaccine), 1)",
    replace: "< 1",
    caughtBy: { jest: "recognition/doses.test.ts", name: "is one dose of the earlier day" },
  },
  {
    name: "a connection takes away what it may not bring",
    file: "sync/run.ts",
    find: "this.kinds.includes(kind) && (",
    replace: "(",
    caughtBy: { jest: "sync/run.integration.test.ts", name: "stores nothing of a kind that the connection's own principal may not write" },
  },
  {
    name: "whoever approved a person's request for a copy makes it alone",
    file: "cli/compose/rights.ts",
    find: "approvals: [{ act, subject, by: approval.decidedBy!,",
    replace: "approvals: [{ act, subject, by: approval.askedBy,",
    caughtBy: { jest: "test/flow/data-rights/two-people.test.ts", name: "waits for one officer's yes" },
  },
];
