// Lets a process of a test run TypeScript straight from the tree: node --require test/register.cjs file.ts
// What has been compiled once is kept by its content: a child process of a test starts in the time of reading it.
const crypto = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");

const root = path.join(__dirname, "..");
const config = fs.readFileSync(path.join(root, ".swcrc"), "utf8");
const kept = path.join(root, "node_modules", ".cache", "lanyard-register");
fs.mkdirSync(kept, { recursive: true });

function compile(text, file) {
  const swc = require("@swc/core");
  const { $schema, ...options } = JSON.parse(config);
  options.jsc.parser.tsx = file.endsWith(".tsx");
  return swc.transformSync(text, { ...options, swcrc: false, sourceMaps: false, filename: file }).code;
}

function load(module, file) {
  const text = fs.readFileSync(file, "utf8");
  const name = crypto.createHash("sha256").update(config).update(path.extname(file)).update("\n").update(text).digest("hex");
  const target = path.join(kept, `${name}.js`);
  let code;
  try {
    code = fs.readFileSync(target, "utf8");
  } catch {
    code = compile(text, file);
    // Written aside and renamed: another process never reads half of it.
    const aside = `${target}.${process.pid}`;
    fs.writeFileSync(aside, code);
    fs.renameSync(aside, target);
  }
  module._compile(code, file);
}

require.extensions[".ts"] = load;
require.extensions[".tsx"] = load;
// Extensions are tried in the order in which they were set: competences.ts comes before competences.json.
for (const later of [".json", ".node"]) {
  const loadLater = require.extensions[later];
  delete require.extensions[later];
  require.extensions[later] = loadLater;
}
