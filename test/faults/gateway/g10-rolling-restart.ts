import type { Fault } from "../fault";
import { gatewayWorld, mustBeWhole, type Told } from "../kit/gateway";
import type { RunningProcess } from "../kit/processes";

interface Instance {
  readonly address: string;
  readonly port: number;
  process: RunningProcess;
}
const notTaken = new Set(["ECONNREFUSED", "ECONNRESET", "UND_ERR_SOCKET"]);

/**
 * Two gateways, restarted in turn by SIGTERM under load. Whoever stands before them sends on to the other only what was never
 * taken (no connection); an answer that breaks off on its way is a failed request.
 */
export const fault: Fault = {
  id: "G10",
  shortSeeds: 1,
  timeoutMs: 180_000,
  async run(arena) {
    const world = await gatewayWorld(arena, { parts: [] });
    const second = await world.another();
    const instances: Instance[] = [
      { address: world.address, port: Number(new URL(world.address).port), process: world.gateway },
      { address: second.address, port: second.port, process: second.process },
    ];
    let turn = 0;
    let answered = 0;
    const failures: string[] = [];
    const throughEither = async (): Promise<Told> => {
      const first = instances[turn++ % 2]!;
      const other = instances[turn % 2]!;
      try {
        return await world.ask(first.address);
      } catch (error) {
        if (!notTaken.has((error as NodeJS.ErrnoException).code ?? "") || first.process === undefined) throw error;
        // Without a connection nothing was sent; a connection that breaks may have carried the question.
        if ((error as NodeJS.ErrnoException).syscall !== "connect") failures.push((error as NodeJS.ErrnoException).code!);
        return world.ask(other.address);
      }
    };
    let stop = false;
    const clients = Array.from({ length: 4 }, async () => {
      while (!stop) {
        try {
          mustBeWhole(await throughEither());
          answered += 1;
        } catch (error) {
          failures.push((error as Error).message.slice(0, 200));
        }
      }
    });
    const rounds = arena.long ? 2 : 1;
    let slowest = 0;
    for (let round = 0; round < rounds; round++) {
      for (const one of arena.random() < 0.5 ? instances : [...instances].reverse()) {
        const begun = performance.now();
        const { code, signal } = await one.process.kill("SIGTERM");
        slowest = Math.max(slowest, performance.now() - begun);
        if (code !== 0) failures.push(`ended with ${code ?? signal}`);
        one.process = world.startGateway(one.port);
        await one.process.waitFor(/"ready":true/);
      }
    }
    stop = true;
    await Promise.all(clients);
    if (slowest > 30_000) throw new Error(`a gateway took ${Math.round(slowest / 1000)} s to stop`);
    if (failures.length > 0)
      throw new Error(`${failures.length} of ${answered + failures.length} failed: ${failures.slice(0, 3).join("; ")}`);
    arena.note(`${answered} answers, ${rounds * 2} restarts, slowest stop ${Math.round(slowest)} ms`);
    return { lost: 0, doubled: 0, uncertain: 0, recoveryMs: Math.round(slowest) };
  },
};
