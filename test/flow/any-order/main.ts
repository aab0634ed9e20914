/** `npm run test:model -- --runs <n> [--seed <n>]`: the model test with as many lives as are asked for, each made to its end. */
import { spawn } from "node:child_process";
import path from "node:path";
import { parseArgs } from "node:util";

const root = path.resolve(__dirname, "..", "..", "..");
const { values } = parseArgs({ options: { runs: { type: "string", default: "200" }, seed: { type: "string" } } });
if (!/^[1-9]\d{0,5}$/.test(values.runs) || !/^(-?\d+)?$/.test(values.seed ?? "")) {
  process.stderr.write("npm run test:model -- --runs <a number from 1 on> [--seed <the seed of a failure>]\n");
  process.exit(2);
}
const child = spawn(process.execPath, [path.join(root, "node_modules/jest/bin/jest.js"), "test/flow/any-order"], {
  cwd: root,
  stdio: "inherit",
  env: { ...process.env, LANYARD_MODEL_RUNS: values.runs, ...(values.seed === undefined ? {} : { LANYARD_MODEL_SEED: values.seed }) },
});
child.once("exit", (code) => {
  process.exitCode = code ?? 1;
});
