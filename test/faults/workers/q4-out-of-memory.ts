/** Q4: one page needs more memory than a worker has. Three workers die of it, the fourth leaves it alone, and the others go on. */
import type { Fault } from "../fault";
import { until } from "../kit/processes";
import { workerWorld } from "../kit/worker-world";

export const fault: Fault = {
  id: "Q4",
  shortSeeds: 1,
  timeoutMs: 240_000,
  async run(arena) {
    const world = await workerWorld(arena);
    // One connection's vendor sends a page within every limit that still grows beyond this small heap when it is parsed.
    const huge = `[${`[${"[],".repeat(59)}[]],`.repeat(99_000)}[]]`;
    let poisoned = true;
    world.meddler.meddle(({ body }) => {
      const page = Number(new URLSearchParams(body).get("page"));
      return poisoned && body.includes("retrieve_report") && page === 1 ? { body: huge, contentType: "application/json" } : "pass";
    });
    await world.rows("update ops.connection set paused_at = now(), paused_by = 'test' where id = 'zqb-moodle'");
    const small = { nodeOptions: ["--max-old-space-size=90"] };
    const state = async () => (await world.rows("select paused_by, pause_reason, deaths from ops.connection where id = 'zqa-moodle'"))[0]!;
    const isSetApart = async () => (await state()).paused_by === "hub";
    let deaths = 0;
    // A worker that stored a page before it died has got further: only three deaths at one place count.
    for (; deaths < 5 && !(await isSetApart()); deaths++) {
      const worker = await world.worker({ ...small, crash: "" });
      const ended = await Promise.race([worker.exited, until("it is set apart", isSetApart, 90_000).then(() => undefined)]);
      if (!ended) {
        await worker.kill();
        break;
      }
      if (ended.signal !== "SIGABRT" && ended.code !== 134)
        throw new Error(`it ended by ${ended.signal} ${ended.code}: ${worker.said.slice(-300)}`);
    }
    if (deaths < 3) throw new Error(`set apart after ${deaths} deaths`);
    arena.note(`${deaths} deaths`);
    const began = performance.now();
    await world.rows("update ops.connection set paused_at = null, paused_by = null, next_run_at = null where id = 'zqb-moodle'");
    world.meddler.meddle(undefined);
    await world.worker();
    await until("it is set apart", isSetApart);
    const problems = await world.rows("select detail from ops.problem where code = 'CONNECTION_QUARANTINED' and resolved_at is null");
    if (problems.length !== 1) throw new Error("no problem says so");
    await until(
      "the other goes on",
      async () => (await world.rows("select 1 from ops.sync_run where connection_id = 'zqb-moodle' and outcome = 'COMPLETED'")).length > 0,
    );
    poisoned = false;
    // A person has had the page mended, and lets it go on.
    const resume = world.lanyard(["connections", "resume", "zqa-moodle", "--reason", "the page has been mended", "--json"]);
    const { code } = await resume.exited;
    if (code !== 0 || (await state()).paused_by !== null) throw new Error(`it is not resumed: ${code} ${resume.said.slice(-300)}`);
    await world.news();
    await world.caughtUp();
    return { ...(await world.compare()), recoveryMs: performance.now() - began };
  },
};
