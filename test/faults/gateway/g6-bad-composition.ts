import { cpSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { codeFolders, root } from "../../code";
import type { Fault } from "../fault";
import { gatewayWorld, mustBeWhole } from "../kit/gateway";
import { startProcess } from "../kit/processes";
import { freePort } from "../kit/redis";

/** Ways in which a supergraph arrives broken. */
const broken: readonly ((sdl: string) => string)[] = [
  () => "",
  (sdl) => sdl.slice(0, Math.floor(sdl.length / 3)),
  (sdl) => sdl.replace(/LEARNING @join__graph\([^)]*\)/, ""),
  (sdl) => sdl.replace(/^type StaffMember[\s\S]*?^}/m, ""),
  (sdl) => sdl.replace(/@join__graph\(name: "learning"/, '@join__graph(name: "lerning"'),
  () => "type Query { hello: String }",
  () => "\u0000\u0001 not a schema",
];

/** A release whose supergraph is broken does not start; the gateway that serves is not touched by it. */
export const fault: Fault = {
  id: "G6",
  shortSeeds: 1,
  async run(arena) {
    const world = await gatewayWorld(arena, { parts: [] });
    mustBeWhole(await world.ask());
    const release = path.join(arena.folder, "release");
    for (const folder of codeFolders) cpSync(path.join(root, folder), path.join(release, folder), { recursive: true });
    for (const name of ["test/register.cjs", ".swcrc", "package.json"]) cpSync(path.join(root, name), path.join(release, name));
    symlinkSync(path.join(root, "node_modules"), path.join(release, "node_modules"));
    const file = path.join(release, "schema", "supergraph.graphql");
    const good = readFileSync(file, "utf8");
    let failed = 0;
    for (const breaks of [...broken].sort(() => arena.random() - 0.5).slice(0, arena.long ? 3 : 2)) {
      writeFileSync(file, breaks(good));
      const deployed = startProcess(
        process.execPath,
        [
          "--require",
          path.join(release, "test", "register.cjs"),
          path.join(release, "cli", "main.ts"),
          "start",
          "--role",
          "gateway",
          "--config",
          path.join(arena.folder, "gateway.yaml"),
          "--port",
          String(await freePort()),
          "--json",
        ],
        { cwd: release, env: world.environment },
      );
      arena.after(() => deployed.kill().catch(() => undefined));
      let asked = 0;
      const ended = deployed.exited.then(({ code }) => code);
      let code: number | null | undefined;
      void ended.then((value) => {
        code = value;
      });
      // The old one goes on answering while the new one tries.
      while (code === undefined) {
        mustBeWhole(await world.ask());
        asked += 1;
        if (/"ready":true/.test(deployed.said)) throw new Error(`a broken supergraph (${broken.indexOf(breaks)}) was started`);
      }
      if (code === 0) throw new Error(`a broken supergraph (${broken.indexOf(breaks)}) ended well: ${deployed.said.slice(-300)}`);
      arena.note(`refused with ${code} after ${asked} answers of the old one`);
      failed += 1;
    }
    if (failed === 0) throw new Error("nothing was tried");
    return { lost: 0, doubled: 0, uncertain: 0 };
  },
};
