import "reflect-metadata";
import { Command } from "commander";
import { accountsCode, accountsList, accountsRevoke } from "./commands/accounts";
import { agreementsEnd, agreementsList, agreementsPrepare, agreementsSign } from "./commands/agreements";
import { approvalsApprove, approvalsList, approvalsRefuse } from "./commands/approvals";
import { auditHeads, auditList, auditVerify } from "./commands/audit";
import { codesList, codesMap, codesUnmap } from "./commands/codes";
import { connectionsPause, connectionsResume } from "./commands/connections";
import { contractTest } from "./commands/contract-test";
import { coursesList, coursesMap, coursesUnmap } from "./commands/courses";
import { keysRewrap, keysRotateData } from "./commands/data-keys";
import { demo } from "./commands/demo";
import { doctor } from "./commands/doctor";
import { driftAccept, driftList } from "./commands/drift";
import { engagementsEnd, engagementsList, engagementsState } from "./commands/engagements";
import { esrList, esrRun, esrShow } from "./commands/esr";
import { explain } from "./commands/explain";
import { heldList, heldRefuse, heldRelease, heldShow } from "./commands/held";
import { keysAddPublic, keysIssue, keysList, keysRevoke, keysRotate } from "./commands/keys";
import { matchAccept, matchList, matchRefuse, matchUnlink } from "./commands/match";
import { matchMerge, matchUnmerge } from "./commands/match-merge";
import { migrate } from "./commands/migrate";
import { problemsLooks, problemsPayload } from "./commands/payload";
import { problems } from "./commands/problems";
import { readiness } from "./commands/readiness";
import { replayCancel, replayList, replayPlan, replayStart, replayStatus } from "./commands/replay";
import { retentionPlan, retentionRun } from "./commands/retention";
import { rotation } from "./commands/rotation";
import { sandboxUp } from "./commands/sandbox";
import { schema } from "./commands/schema";
import { show } from "./commands/show";
import { signingList, signingRotate } from "./commands/signing";
import { start } from "./commands/start";
import { status } from "./commands/status";
import { subjectErase, subjectExport, subjectLift, subjectRestrict } from "./commands/subject";
import { subjectOpen } from "./commands/subject-open";
import { sync } from "./commands/sync";
import { token } from "./commands/token";
import { where } from "./commands/where";
import { comeAs } from "./compose/named-person";
import { checkGiven, unparsed } from "./given";
import { exitCodeOf, exitCodes, failureText, failureValue, Output } from "./output";

// The gateway's library reports to its makers unless it is told not to (gateway/no-telemetry.ts replaces the reporter too).
process.env.APOLLO_TELEMETRY_DISABLED = "true";

type Action<O> = (output: Output, options: O, ...operands: string[]) => Promise<number | undefined>;

const program = new Command("lanyard")
  .description("Lanyard: one staff record from the training and occupational health systems of NHS organisations.")
  .showHelpAfterError("(npx lanyard --help shows what there is)")
  .enablePositionalOptions()
  .exitOverride();

/** One way to make a command: --json and --config on every one, options after a name are that name's, errors translated at this edge only. */
function command<O extends object>(name: string, says: string, action: Action<O>, parent: Command = program): Command {
  const made = parent
    .command(name)
    .description(says)
    .enablePositionalOptions()
    .option("--config <file>", "configuration (default: that of the demonstration)")
    .option("--json", "stdout is one JSON object and nothing else", false)
    .option("--today <day>", "take this day for today (YYYY-MM-DD)")
    .option("--operator <name>", "in the demonstration: run it as this person of commandLine.people, where two people are needed")
    .showHelpAfterError(`(npx lanyard ${parent === program ? name : `${parent.name()} ${name}`} --help shows what it takes)`)
    .exitOverride();
  made.action(async (...received: unknown[]) => {
    const options = made.opts() as O & { json: boolean; operator?: string };
    comeAs(options.operator);
    const operands = received.slice(0, made.registeredArguments.length) as string[];
    const output = new Output(options.json);
    try {
      checkGiven(
        options,
        operands,
        made.registeredArguments.map((one) => one.name()),
      );
      process.exitCode = (await action(output, options, ...operands)) ?? exitCodes.ok;
    } catch (error) {
      if (output.json) process.stdout.write(`${JSON.stringify(failureValue(error))}\n`);
      else process.stderr.write(`${failureText(error)}\n`);
      if (process.env.LANYARD_LOG_LEVEL === "debug") process.stderr.write(`${(error as Error).stack}\n`);
      process.exitCode = exitCodeOf(error);
    }
    // Everything is closed by now; a library's timer (a queue that lost its Redis) must not keep the process alive.
    process.stdout.write("", () => process.exit());
  });
  return made;
}

command("start", "start the hub (and, without --config, the demonstration)", start)
  .option("--until-synced", "exit 0 when every connection has synced once", false)
  .option("--role <role>", "all, gateway, worker, intake or subgraph:<name>", "all")
  .option("--host <address>", "address to listen on")
  .option("--port <port>", "port to listen on");
command("sync", "run one connection (or all) once, now", sync)
  .argument("[connection]", "id of the connection")
  .option("--full", "read everything again, not only what has changed (of one connection)", false);
command("status", "state of every connection", status);
const ofOne = ["--organisation <odsCode>", "only what concerns this organisation"] as const;
const blocked = command("problems", "what blocks records, grouped by cause, with the owner and next step", problems).option(...ofOne);
command("payload", "one refused payload of training, for an hour after a second person's yes; the trust is told", problemsPayload, blocked)
  .argument("<refusal>", "id of the refusal")
  .option("--reason <text>", "why: asks a second person");
command("looks", "which refused payloads somebody was allowed to see, and why", problemsLooks, blocked)
  .option("--as <role>", "act as ops or trust-admin", "ops")
  .option("--organisation <odsCode>", "organisation you act for, or only its payloads");
command("show", "where a record, a source person or a staff member stands", show)
  .argument("<id>", "id of a record, source person or staff member")
  .option("--as <role>", "act as ops or trust-admin", "ops")
  .option("--organisation <odsCode>", "organisation you act for");
command("where", "where a record, a receipt, a run or a file is, whose move it is and the next step", where)
  .argument("[id]", "id of a record, a receipt, a refusal or a run, or the name of a file")
  .option("--number <number>", "a person's employee number instead: for the person's own trust only")
  .option("--organisation <odsCode>", "organisation you act for")
  .option("--as <role>", "act as ops, trust-admin, hr or oh (default: ops, with --number hr)");
const keys = program.command("keys").description("keys with which vendors sign what they push");
const several = (value: string, before: readonly string[] = []) => [...before, value];
const narrowed = (made: Command) =>
  made
    .argument("<connection>")
    .option("--only-organisation <odsCode>", "the key is for this organisation only; may be given several times", several)
    .option("--only-kind <kind>", "the key is for this kind of record only, as competence-award; may be given several times", several);
narrowed(command("issue", "a new key for a connection, shown this once; those before stay in force", keysIssue, keys)).option(
  "--api-key",
  "a key for POST /events, which signs nothing",
  false,
);
narrowed(command("add-public", "accept what the vendor signs with its own Ed25519 key", keysAddPublic, keys)).argument(
  "<key>",
  "its public half, whpk_...",
);
command("rotate", "a new key now; those before end after a time in which both are in force", keysRotate, keys)
  .argument("<connection>")
  .requiredOption("--reason <text>", "why")
  .option("--key <id>", "only this one, where those in force speak for different things")
  .option("--overlap <time>", "how long both are in force: a number and m, h or d", "7d");
command("list", "which keys there are, who issued them and when they were last used", keysList, keys).argument("[connection]");
command("revoke", "a key that is not to be accepted any more", keysRevoke, keys)
  .argument("<key>", "id of the key, from keys list")
  .requiredOption("--reason <text>", "why");
command("rotate-data", "new data keys, and all that is encrypted sealed again with them, while the hub runs", keysRotateData, keys)
  .requiredOption("--reason <text>", "why")
  .option("--organisation <odsCode>", "of this organisation only")
  .option("--destroy-old", "finish what was begun, and destroy the versions that no row needs any more", false);
command("rewrap", "change LANYARD_KEY: wrap every data key by a new one", keysRewrap, keys)
  .requiredOption("--new-key-env <name>", "environment variable that holds the new key")
  .requiredOption("--reason <text>", "why")
  .option("--at-once", "the old one is known to others: what still runs with it reads nothing from now on", false);
const approvals = program.command("approvals").description("what takes two people, and waits for the second");
const rightsOptions = (made: Command) =>
  made
    .option("--as <role>", "information-governance, oh or ops", "information-governance")
    .option("--organisation <odsCode>", "organisation you act for (required)");
rightsOptions(command("list", "what waits; exit 3 when something does", approvalsList, approvals)).option(
  "--all",
  "also what is decided or over",
  false,
);
rightsOptions(command("approve", "yes to exactly this, by somebody else than who asked", approvalsApprove, approvals))
  .argument("<id>", "id of the request")
  .requiredOption("--reason <text>", "why");
rightsOptions(command("refuse", "no to it; whoever asked takes it back so", approvalsRefuse, approvals))
  .argument("<id>", "id of the request")
  .requiredOption("--reason <text>", "why");
const subject = program.command("subject").description("the rights of the person: each act by two officers and the controller's reference");
const subjectOptions = (made: Command) =>
  rightsOptions(made).requiredOption("--instruction <reference>", "the controller's reference").option("--reason <text>", "why");
const person = (made: Command) => subjectOptions(made).argument("<person>", "id of the staff member, or of somebody who is not linked yet");
person(command("export", "a sealed copy of everything that is held; health apart, by OH's release", subjectExport, subject)).option(
  "--out <folder>",
  "where the files go (default: here)",
);
command("open", "a sealed copy, by its passphrase on stdin", subjectOpen, subject).argument("<file>", "what subject export has written");
person(command("restrict", "stored, and not used, until it is lifted", subjectRestrict, subject)).option(
  "--label <type>",
  "only this record type, as R3; may be given several times",
  several,
);
person(command("erase", "plans it with exact counts; after a second person's yes it is done, and stays done", subjectErase, subject));
subjectOptions(command("lift", "ends a restriction, or opens the door to somebody who was erased", subjectLift, subject))
  .argument("<id>", "id of the restriction or erasure")
  .requiredOption("--what <what>", "restriction or erasure");
const retention = program.command("retention").description("what is kept for how long; the hub's daily upkeep lets go what is past it");
command("plan", "every period, from when it counts, and how many rows are past it", retentionPlan, retention);
command(
  "run",
  "let go now what is past its period, in batches: what the hub itself has made, never a person's records",
  retentionRun,
  retention,
).requiredOption("--reason <text>", "why");
const drift = program.command("drift").description("vendors' records that look otherwise than before");
command("list", "new, missing and changed fields, new values, volumes; exit 3 when a stream stands still for it", driftList, drift)
  .argument("[connection]")
  .option("--all", "also what has been noted or is over", false);
command("accept", "take note of it; a stream that stood still goes on", driftAccept, drift)
  .argument("<connection>")
  .option("--data-set <name>", "only this stream")
  .requiredOption("--reason <text>", "why");
const match = program.command("match").description("people who wait for a decision");
const matchOptions = (made: Command) =>
  made
    .option("--as <role>", "data-quality (training, employment) or oh (what an OH system says of somebody)", "data-quality")
    .option("--organisation <odsCode>", "whose people (required: names are seen by their own trust only)");
matchOptions(command("list", "who waits, with candidates and reasons", matchList, match));
matchOptions(
  command("accept", "this source person is this staff member", matchAccept, match)
    .argument("<sourcePerson>")
    .argument("<staffMember>")
    .requiredOption("--reason <text>", "why"),
);
matchOptions(
  command("refuse", "this source person is not this staff member, for good", matchRefuse, match)
    .argument("<sourcePerson>")
    .argument("<staffMember>")
    .requiredOption("--reason <text>", "why"),
);
matchOptions(
  command("unlink", "take back a link; what was there before is restored", matchUnlink, match)
    .argument("<sourcePerson>")
    .requiredOption("--reason <text>", "why"),
);
const accounts = program.command("accounts").description("whose login somebody is: codes of HR, and what is recorded");
const ofEmployer = (made: Command) =>
  made.requiredOption("--organisation <odsCode>", "organisation whose HR you are; it employs the person");
ofEmployer(
  command("code", "a one-time code with which somebody claims the own record", accountsCode, accounts).argument(
    "<staff>",
    "id of the staff member",
  ),
);
ofEmployer(
  command("list", "logins of a staff member, revoked ones too", accountsList, accounts).argument("<staff>", "id of the staff member"),
);
ofEmployer(
  command("revoke", "take a login back; it stays as history", accountsRevoke, accounts)
    .argument("<account>", "id of the account")
    .requiredOption("--reason <text>", "why"),
);
const signing = program.command("signing").description("keys that sign the hub's own tokens; they change by themselves every month");
command("list", "those that are published", signingList, signing);
command("rotate", "change to a new one now, without a gap", signingRotate, signing)
  .requiredOption("--reason <text>", "why")
  .option("--at-once", "the old one is known to others: what it signed is worthless from now on", false);
const connections = program.command("connections").description("whether a connection may run");
command("pause", "read nothing from it, and take nothing that it pushes, until it is resumed", connectionsPause, connections)
  .argument("<connection>", "id of the connection")
  .requiredOption("--reason <text>", "why")
  .option("--until <day>", "by itself on this day (YYYY-MM-DD)");
command("resume", "let it run again, also after its runs have died", connectionsResume, connections)
  .argument("<connection>", "id of the connection")
  .requiredOption("--reason <text>", "why");
matchOptions(
  command("merge", "two staff members are one person: the older id survives, the other resolves to it", matchMerge, match)
    .argument("<staffMember>")
    .argument("<otherStaffMember>")
    .requiredOption("--reason <text>", "why"),
);
matchOptions(
  command("unmerge", "take back a merge: everybody gets back what was theirs", matchUnmerge, match)
    .argument("<merge>", "id that match merge told")
    .requiredOption("--reason <text>", "why"),
);
const courses = program.command("courses").description("courses and the competences they award");
const whoseCourses = (made: Command) => made.option("--organisation <odsCode>", "whose course map (required)");
const courseChange = (made: Command) =>
  whoseCourses(made)
    .requiredOption("--course <code>", "ID number or short name of the course, or id:<number>")
    .requiredOption("--reason <text>", "why")
    .option("--approved-by <name>", "who answers for it (default: you)")
    .option("--yes", "apply without asking", false);
whoseCourses(command("list", "courses without a competence, those most people wait for first, and the map", coursesList, courses));
courseChange(command("map", "say which competence a course awards: preview, then apply", coursesMap, courses))
  .option("--to <competence>", "name as in ESR, or identity; may be given several times", several)
  .option("--local", "local learning: no competence", false)
  .option("--from <day>", "first day of completion for which it holds")
  .option("--until <day>", "last day of completion for which it holds");
courseChange(command("unmap", "end what was said of a course: preview, then apply", coursesUnmap, courses));
const held = program.command("held").description("snapshots that lack so much that a person has to decide");
const whoDecides = (made: Command) =>
  made
    .option("--as <role>", "act as ops, hr, learning or oh (health is for oh alone)", "ops")
    .option("--organisation <odsCode>", "organisation you act for");
whoDecides(command("list", "what waits for a decision", heldList, held).option("--decided", "what has been decided instead", false));
whoDecides(command("show", "one held snapshot: what it lacks, why it is held, who decides", heldShow, held).argument("<id>"));
whoDecides(
  command("release", "believe it: exactly what is still missing is withdrawn", heldRelease, held)
    .argument("<id>")
    .requiredOption("--reason <text>", "why"),
);
whoDecides(
  command("refuse", "do not believe it: everything stays in force, and the same gap is not asked about again", heldRefuse, held)
    .argument("<id>")
    .requiredOption("--reason <text>", "why"),
);
const replay = program.command("replay").description("derive records anew from what was received, without asking the vendor");
command("plan", "what would become of them: at least one of the options that choose", replayPlan, replay)
  .option("--record <id>", "one record")
  .option("--refusal <id>", "one refusal")
  .option("--connection <id>", "records of a connection; tells how many an older version of its connector has derived")
  .option("--organisation <odsCode>", "records of an organisation")
  .option("--kind <kind>", "records of a kind, for example achievement")
  .option("--code <code>", "refusals with this problem code, for example RECORD_INVALID")
  .option("--since <day>", "read by the hub from this day or instant on")
  .option("--until <day>", "read by the hub before this day or instant")
  .requiredOption("--reason <text>", "why");
command("start", "begin a plan: exactly what was planned, or nothing and what differs", replayStart, replay)
  .argument("<plan>", "id of the plan")
  .requiredOption("--reason <text>", "why")
  .option("--rate <perSecond>", "received records per second (default: as fast as it goes)");
command("status", "one replay: its plan, its pace and what is left", replayStatus, replay).argument("<replay>");
command("list", "replays, the latest first", replayList, replay).option("--organisation <odsCode>", "only this organisation's");
command("cancel", "stop a replay: what has been stored stays", replayCancel, replay)
  .argument("<replay>")
  .requiredOption("--reason <text>", "why");
const codes = program.command("codes").description("codes of vendors' own, and what they mean in our lists");
const whoseCodes = (made: Command) => made.requiredOption("--organisation <odsCode>", "whose code map");
const codeChange = (made: Command) =>
  whoseCodes(made)
    .requiredOption("--list <list>", "vaccines, clinical tests or competences")
    .requiredOption("--code <code>", "the vendor's code, as codes list shows it")
    .requiredOption("--reason <text>", "why")
    .option("--approved-by <name>", "who answers for it (default: you)")
    .option("--yes", "apply without asking", false);
whoseCodes(command("list", "codes that nobody has mapped, those most people wait for first, and the map", codesList, codes));
codeChange(command("map", "say what a code means: preview, then apply with --yes", codesMap, codes))
  .requiredOption("--to <value>", "code of our list")
  .option("--from <day>", "first day for which it holds")
  .option("--until <day>", "last day for which it holds");
codeChange(command("unmap", "end what was said of a code: preview, then apply with --yes", codesUnmap, codes));
const audit = program.command("audit").description("who saw and did what, in chains that show when they were changed");
const whoseAudit = (made: Command) =>
  made
    .option("--as <role>", "act as ops or auditor", "ops")
    .option("--organisation <odsCode>", "only the chain of this organisation (for an auditor required)")
    .option("--heads <folder>", "folder of the exported heads (default: where this hub writes them)")
    .option("--key <file>", "public key that the heads are signed with, PEM (default: this hub's own)");
whoseAudit(
  command("verify", "read every chain and every exported head; exit 1 and say where when something does not fit", auditVerify, audit),
);
command("list", "what an organisation's people did, and others with its data, the newest first: as its auditor", auditList, audit)
  .requiredOption("--organisation <odsCode>", "organisation you act for")
  .option("--from <day>", "from this day or instant on (default: 31 days before the end)")
  .option("--to <day>", "before this day or instant (default: now)")
  .option("--after <cursor>", "go on where the last page ended");
whoseAudit(command("heads", "the heads that were exported: the last of each chain", auditHeads, audit));
const esr = program.command("esr").description("what goes to ESR, and what ESR answers");
command("run", "make, send and follow the next file for ESR now (of one organisation, or of all)", esrRun, esr).argument(
  "[organisation]",
  "ODS code",
);
command("list", "files for ESR with their states, and the ledger in counts", esrList, esr).option(
  "--organisation <odsCode>",
  "only this employer's",
);
command("show", "one file: its records by state and reason; for a rehearsal what ESR holds of it", esrShow, esr).argument(
  "<file>",
  "name of the file",
);
const whoActs = (made: Command) => made.option("--organisation <odsCode>", "organisation you act for (required)");
const engagements = program
  .command("engagements")
  .description("why organisations have somebody: ESR, the placement feed and HR in one list");
whoActs(command("list", "of one person, as HR of the organisation sees it", engagementsList, engagements).argument("<staff>"));
whoActs(
  command("state", "HR says why it has somebody, for days on which ESR knows the person there", engagementsState, engagements)
    .argument("<staff>", "id of the staff member")
    .requiredOption("--kind <kind>", "locally-employed, honorary, secondment-in, substantive, lead-employer or bank")
    .requiredOption("--from <day>", "first day")
    .option("--until <day>", "last day; needed with honorary and secondment-in")
    .requiredOption("--reason <text>", "why"),
);
whoActs(
  command("end", "end what HR has said, or withdraw it", engagementsEnd, engagements)
    .argument("<statement>", "id, from engagements list")
    .option("--last-day <day>", "last day (default: withdrawn, as if it had never been said)")
    .requiredOption("--reason <text>", "why"),
);
const agreements = program
  .command("agreements")
  .description("workforce sharing agreements: prepared, signed by two people, ended by either side");
whoActs(command("list", "those in which the organisation takes part, on either side", agreementsList, agreements));
whoActs(
  command("prepare", "an agreement for HR of both organisations to sign: one direction", agreementsPrepare, agreements)
    .requiredOption("--reference <text>", "reference of the document")
    .requiredOption("--controller <odsCode>", "whose records may be read")
    .requiredOption("--reader <odsCode>", "who may read them")
    .requiredOption(
      "--record-type <type>",
      "personal-details, employment, training, clearance or checks; may be given several times",
      several,
    )
    .requiredOption("--from <day>", "first day")
    .option("--until <day>", "last day (default: until somebody ends it)")
    .option("--lead-days <days>", "days before a placement from which it opens (default: 91)")
    .option("--grace-days <days>", "days after a placement until which it opens (default: 14)"),
);
whoActs(command("sign", "sign for the own side, as its HR", agreementsSign, agreements).argument("<agreement>"));
whoActs(command("end", "end it at once", agreementsEnd, agreements).argument("<agreement>").requiredOption("--reason <text>", "why"));
command("explain", "which cell, condition and date opens or closes each part of a record to somebody", explain)
  .argument("<actor>", 'role and organisation, as "oh ZQB"; or self, or "passport <client>"')
  .argument("<person>", "id of the staff member")
  .option("--on <day>", "as of this day (default: today)")
  .option("--organisation <odsCode>", "for whose information governance you ask (default: the actor's organisation)");
command("rotation", "who starts with a rotation, ready or not, what is missing and whose move it is", rotation)
  .option("--to <odsCode>", "organisation where they start")
  .option("--from <odsCode>", "the releasing side: the employer whose staff start elsewhere (with --to: there only)")
  .option("--on <day>", "day of the rotation; starts up to 13 days later belong to it");
command("readiness", "what a staff member need not repeat at an organisation", readiness)
  .argument("<staff>", "id of the staff member")
  .option("--as <role>", "hr, oh or self", "hr")
  .option("--organisation <odsCode>", "organisation you act for")
  .option("--for-organisation <odsCode>", "where the person starts (default: the organisation you act for)")
  .option("--starts-on <day>", "day of the start (default: that of the placement or offer)")
  .option("--staff-group <name>", "staff group (default: from the post)")
  .option("--job-role <name>", "job role (default: from the post)");
command("token", "a bearer token of the development issuer (demonstration only)", token)
  .requiredOption("--as <role>", "self, passport, or a role of staff or of a system: hr, oh, ops, auditor, vendor-lms ...")
  .option("--organisation <odsCode>", "organisation the person acts for")
  .option("--staff <id>", "staff member (for self and passport)");
command("demo", "the demonstration in five minutes: every step with its query, its answer and what must be true", demo)
  .option("--folder <folder>", "data folder to keep (default: a temporary one)")
  .option("--pause", "wait for Enter between the steps", false);
command("doctor", "check the installation, the configuration and every connection", doctor);
command("contract-test", "does a vendor's system keep the contract? Reads it as the hub would; TAP on stdout", contractTest)
  .argument("<target>", "id of a connection, or the address of a system")
  .option("--kind <kind>", "lms or oh (required)")
  .option("--connector <name>", "for an address: how it is read", "workforce-api")
  .option("--settings <file>", "for an address: YAML with the connector's other settings; secrets by reference")
  .option("--organisation <odsCode>", "for an address: the organisation to ask for", "ZQA")
  .option("--people <file>", "CSV of the people agreed upon: staff_key, given, family, birth_date, esr_person_id")
  .option("--sample <file>", "for a system that pushes: a body as it would push it")
  .option("--gaps <file>", "YAML of accepted gaps: check, reason, acceptedBy, until")
  .option("--html <file>", "write the report as a page, too")
  .option("--most <number>", "page borders and requests that are tried, where there are many (default: 12)");
command("migrate", "apply the migrations that are missing", migrate);
const sandbox = program.command("sandbox").description("synthetic vendor systems on loopback");
command("up", "start the sandbox alone and write its configuration", sandboxUp, sandbox)
  .option("--folder <folder>", "where it keeps its files")
  .option("--fault <system=fault...>", "a system that misbehaves, now and then with @0.3: moodle=drip, larkspur-fhir=server-error@0.3")
  .option("--seed <number>", "the same misbehaviour again (default: by chance, and said)");
command("schema", "supergraph, dictionary and configuration schema", schema)
  .option("--check", "fail when a generated file is out of date", false)
  .option("--write", "write them", false);

program.parseAsync(process.argv).catch(unparsed);
