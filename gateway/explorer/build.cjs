// Bundles the explorer into dist/explorer with esbuild, only when its sources or its packages have changed.
const crypto = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");

const root = path.resolve(__dirname, "../..");
const out = path.join(root, "dist", "explorer");
const stampFile = path.join(out, ".stamp");
const assets = ["index.html", "page.css"];

function stampOf() {
  const hash = crypto.createHash("sha256");
  for (const file of ["build.cjs", "explorer.jsx", ...assets]) hash.update(fs.readFileSync(path.join(__dirname, file)));
  for (const name of ["graphiql", "react", "esbuild"]) {
    hash.update(fs.readFileSync(path.join(root, "node_modules", name, "package.json")));
  }
  return hash.digest("hex");
}

/** Without the development packages (a production image) the explorer of the build stage is used as it is. */
exports.buildExplorer = () => {
  if (!fs.existsSync(path.join(root, "node_modules", "esbuild")) || !fs.existsSync(path.join(root, "node_modules", "graphiql"))) return;
  const stamp = stampOf();
  if (fs.existsSync(stampFile) && fs.readFileSync(stampFile, "utf8") === stamp) return;
  fs.rmSync(out, { recursive: true, force: true });
  require("esbuild").buildSync({
    absWorkingDir: root,
    entryPoints: [
      { in: path.join(__dirname, "explorer.jsx"), out: "explorer" },
      { in: "monaco-editor/esm/vs/editor/editor.worker.js", out: "editor.worker" },
      { in: "monaco-editor/esm/vs/language/json/json.worker.js", out: "json.worker" },
      { in: "monaco-graphql/esm/graphql.worker.js", out: "graphql.worker" },
    ],
    outdir: out,
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    jsx: "automatic",
    define: { "process.env.NODE_ENV": '"production"' },
    loader: { ".ttf": "file", ".woff": "file", ".woff2": "file" },
    logLevel: "error",
  });
  for (const file of assets) fs.copyFileSync(path.join(__dirname, file), path.join(out, file));
  fs.writeFileSync(stampFile, stamp);
};
