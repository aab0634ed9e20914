// Lets a child process of a test run TypeScript straight from the tree: node --require test/register.cjs file.ts
const fs = require("node:fs");
const path = require("node:path");
const swc = require("@swc/core");

const options = JSON.parse(fs.readFileSync(path.join(__dirname, "..", ".swcrc"), "utf8"));
delete options.$schema;
require.extensions[".ts"] = (module, file) =>
  module._compile(swc.transformFileSync(file, { ...options, swcrc: false, sourceMaps: false }).code, file);
// Extensions are tried in the order in which they were set: competences.ts comes before competences.json.
for (const later of [".json", ".node"]) {
  const load = require.extensions[later];
  delete require.extensions[later];
  require.extensions[later] = load;
}
