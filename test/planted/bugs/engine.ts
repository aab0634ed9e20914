/** In what drives it: runs, jobs, replays, events, files for ESR. */
import type { Bug } from "../bug";

const inQueue = (name: string) => ({ jest: "test/queue/queue.queue.test.ts", name, queue: true }) as const;
const inReplays = (name: string) => ({ jest: "test/flow/replay/records.test.ts", name });

export const engineBugs: readonly Bug[] = [
  {
    name: "a page does not wait for the one before it",
    file: "sync/ordered-writes.ts",
    find: "const done = write(previous);",
    replace: "void previous;\n    const done = write(Promise.resolve());",
    caughtBy: { jest: "sync/ordered-writes.test.ts", name: "hands it that commit to wait for" },
  },
  {
    name: "what an interrupted sweep saw is forgotten",
    file: "sync/run.ts",
    find: "else this.earlierRunIds = await engine.store.pages.unfinishedRuns(connection.id, this.runId);",
    replace: "else this.earlierRunIds = [];",
    caughtBy: { jest: "sync/run.integration.test.ts", name: "withdraws nothing that the first half saw" },
  },
  {
    name: "a retry is swallowed",
    file: "platform/queue/worker.ts",
    find: `throw verdict.action === "stop" ? quiet(new UnrecoverableError(code)) : quiet(new Error(code));`,
    replace: `if (verdict.action === "stop") throw quiet(new UnrecoverableError(code));`,
    caughtBy: inQueue("postgres.*what fails in passing is tried again and counted"),
  },
  {
    name: "what nobody can cure by trying is tried again",
    file: "platform/queue/retry.ts",
    find: `"bad-record": "stop",`,
    replace: `"bad-record": "retry",`,
    caughtBy: { jest: "platform/queue/retry.test.ts", name: "bad-record is never tried again" },
  },
  {
    name: "retries have no end",
    file: "connectors/kit/http.ts",
    find: "if (made >= limit || retriesLeft <= 0) return false;",
    replace: "if (made >= limit) return false;",
    caughtBy: { jest: "connectors/kit/http.test.ts", name: "uses up a budget of retries" },
  },
  {
    name: "a job of an unknown version fails instead of being left",
    file: "platform/queue/worker.ts",
    find: "if (v !== undefined && v !== jobVersion) return leave(job, token);",
    replace: `if (v !== undefined && v !== jobVersion) throw quiet(new UnrecoverableError(leave.name));`,
    caughtBy: inQueue("Q14"),
  },
  {
    name: "a replay is applied to a world that has moved",
    file: "sync/rederive/apply.ts",
    find: "if (differences.length > 0) {",
    replace: "if (differences.length < 0) {",
    caughtBy: inReplays("what moves between plan and start makes the plan stale"),
  },
  {
    name: "a replay overwrites what its source has stated since",
    file: "sync/rederive/work.ts",
    find: "if (one.yieldHash === undefined || one.yieldHash !== one.item.yieldHash) moved.push(one.item.n);",
    replace: "if (one.yieldHash === undefined) moved.push(one.item.n);",
    caughtBy: inReplays("what the sync has stated anew in between is left as it is"),
  },
  {
    name: "an event counts as followed though the reading failed",
    file: "sync/events.ts",
    find: "if (result.error) return later(engine, events, due, result.error);",
    replace: "void later;",
    caughtBy: { jest: "test/flow/vendor-announces/events.test.ts", name: "a vendor that is away is asked again later" },
  },
  {
    name: "a file that has left is sent again",
    file: "store/esr-files.ts",
    find: "from ops.esr_file where organisation = $1 and state = 'WRITTEN'\n            order by sequence",
    replace: "from ops.esr_file where organisation = $1 and state in ('WRITTEN', 'SENT')\n            order by sequence",
    caughtBy: { jest: "test/flow/sent-to-esr/what-goes-wrong.test.ts", name: "E2" },
  },
  {
    name: "the batch is answered before it is committed",
    file: "sync/intake/receive.ts",
    find: "const { answer } = await storePage(store.pages, page);",
    replace: `const answer = await new Promise<StoredAnswer>((resolve, reject) => {
    const early = (results: readonly ItemResult[]) => {
      const settled = push.settle(results);
      resolve(settled.answer);
      return settled;
    };
    storePage(store.pages, { ...page, push: { ...push, settle: early } }).catch(reject);
  });`,
    caughtBy: { jest: "test/flow/vendor-pushes/commit-refused.test.ts", name: "never a 2xx" },
  },
  {
    name: "an answer that was given is not found again",
    file: "sync/intake/receive.ts",
    find: "if (!known) return undefined;",
    replace: "if (known !== null) return undefined;",
    caughtBy: { jest: "test/flow/vendor-pushes/batches.test.ts", name: "the same batch a hundred times" },
  },
  {
    name: "the idempotency key is not compared with the body",
    file: "sync/intake/receive.ts",
    find: "if (known.bodySha256 === batch.bodySha256) return",
    replace: "if (known.bodySha256 !== undefined) return",
    caughtBy: { jest: "test/flow/vendor-pushes/batches.test.ts", name: "the same key with another body is a conflict" },
  },
  {
    name: "the signature is of the parsed body",
    file: "sync/intake/signature.ts",
    find: `createHmac("sha256", key.secret).update(head).update(body).digest();`,
    replace: `createHmac("sha256", key.secret).update(head).update(JSON.stringify(JSON.parse(body.toString("utf8")))).digest();`,
    caughtBy: { jest: "test/flow/vendor-pushes/door.test.ts", name: "a body is not parsed before its signature is verified" },
  },
  {
    name: "the time that was signed is not looked at",
    file: "sync/intake/signature.ts",
    find: "if (Math.abs(now.getTime() / 1000 - Number(timestamp)) > toleranceSeconds) return undefined;",
    replace: "void [now, toleranceSeconds];",
    caughtBy: { jest: "test/flow/vendor-pushes/door.test.ts", name: "who may not come in learns nothing" },
  },
  {
    name: "a body may say whose it is",
    file: "connectors/push/body.ts",
    find: '!(typeof organisation === "string" && organisations.includes(organisation.toUpperCase()))',
    replace: 'typeof organisation !== "string"',
    caughtBy: { jest: "test/flow/vendor-pushes/door.test.ts", name: "a body that speaks for another organisation is refused whole" },
  },
  {
    name: "a record of another organisation is taken",
    file: "sync/prepare.ts",
    find: "if (organisation === undefined || !this.vpds.has(organisation)) {",
    replace: "if (organisation === undefined) {",
    caughtBy: { jest: "sync/prepare.test.ts", name: "what may not be said is refused without its raw record" },
  },
  {
    name: "raw of what a key may not say is kept",
    file: "sync/prepare.ts",
    find: `const kept = !foreign && code !== "KIND_NOT_ALLOWED";`,
    replace: "const kept = code.length > 0;",
    caughtBy: { jest: "sync/prepare.test.ts", name: "what may not be said is refused without its raw record" },
  },
];
