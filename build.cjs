// Compiles TypeScript to dist/ with swc, only what changed since the last build (a second start must answer within
// seconds). Types are checked by `npm run typecheck`, never here.
const fs = require("node:fs");
const path = require("node:path");
const crypto = require("node:crypto");

const root = __dirname;
const out = path.join(root, "dist");
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
  "bench",
  "test",
];
const stampFile = path.join(out, ".build.json");
const config = fs.readFileSync(path.join(root, ".swcrc"), "utf8");
const configHash = crypto.createHash("sha256").update(config).update(fs.readFileSync(__filename)).digest("hex");

function* walk(dir) {
  for (const entry of fs.readdirSync(dir, { withFileTypes: true })) {
    const full = path.join(dir, entry.name);
    if (entry.isDirectory()) {
      if (entry.name !== "node_modules" && entry.name !== "fixtures" && entry.name !== "explorer") yield* walk(full);
    } else yield full;
  }
}

function wanted(file) {
  if (file.endsWith(".d.ts") || /\.test\.tsx?$/.test(file)) return false;
  return /\.tsx?$/.test(file) || file.endsWith(".json");
}

let stamp = { config: "", files: {} };
try {
  stamp = JSON.parse(fs.readFileSync(stampFile, "utf8"));
} catch {}
const previous = stamp.config === configHash ? stamp.files : {};
const next = {};
let compiled = 0;
let swc;
for (const folder of folders) {
  const dir = path.join(root, folder);
  if (!fs.existsSync(dir)) continue;
  for (const file of walk(dir)) {
    if (!wanted(file)) continue;
    const relative = path.relative(root, file);
    const stat = fs.statSync(file);
    const mark = `${stat.size}:${stat.mtimeMs}`;
    next[relative] = mark;
    const target = path.join(out, relative.replace(/\.tsx?$/, ".js"));
    if (previous[relative] === mark && fs.existsSync(target)) continue;
    fs.mkdirSync(path.dirname(target), { recursive: true });
    if (file.endsWith(".json")) fs.copyFileSync(file, target);
    else {
      swc ??= require("@swc/core");
      const options = JSON.parse(config);
      delete options.$schema;
      options.jsc.parser.tsx = file.endsWith(".tsx");
      const result = swc.transformFileSync(file, { ...options, swcrc: false, sourceFileName: file });
      fs.writeFileSync(target, `${result.code}\n//# sourceMappingURL=${path.basename(target)}.map\n`);
      fs.writeFileSync(`${target}.map`, result.map);
    }
    compiled += 1;
  }
}
for (const gone of Object.keys(previous)) {
  if (next[gone]) continue;
  const target = path.join(out, gone.replace(/\.tsx?$/, ".js"));
  fs.rmSync(target, { force: true });
  fs.rmSync(`${target}.map`, { force: true });
}
if (compiled || Object.keys(next).length !== Object.keys(previous).length) {
  fs.mkdirSync(out, { recursive: true });
  fs.writeFileSync(stampFile, JSON.stringify({ config: configHash, files: next }));
}
if (compiled > 20) process.stderr.write(`Built ${compiled} files.\n`);
require("./gateway/explorer/build.cjs").buildExplorer();
require("./console/build.cjs").buildConsole();
