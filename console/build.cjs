// Compiles the console's style sheet into dist/console/assets, only when its sources or its packages have changed. Its name carries
// its hash, so that browsers may keep it for a year.
const crypto = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");

const root = path.resolve(__dirname, "..");
const out = path.join(root, "dist", "console", "assets");
const stampFile = path.join(out, ".stamp");
const sources = ["build.cjs", "styles/console.scss", "styles/icon.svg"];
const hashOf = (text) => crypto.createHash("sha256").update(text).digest("hex");

function stampOf() {
  const files = sources.map((file) => fs.readFileSync(path.join(__dirname, file), "utf8"));
  const packages = ["nhsuk-frontend", "sass"].map((name) => fs.readFileSync(path.join(root, "node_modules", name, "package.json"), "utf8"));
  return hashOf([...files, ...packages].join("\n"));
}

/** Without the development packages (a production image) the style sheet of the build stage is used as it is. */
exports.buildConsole = () => {
  if (!fs.existsSync(path.join(root, "node_modules", "sass"))) return;
  const stamp = stampOf();
  if (fs.existsSync(stampFile) && fs.readFileSync(stampFile, "utf8") === stamp) return;
  const { css } = require("sass").compile(path.join(__dirname, "styles", "console.scss"), {
    loadPaths: [path.join(root, "node_modules")],
    style: "compressed",
    quietDeps: true,
  });
  fs.rmSync(out, { recursive: true, force: true });
  fs.mkdirSync(out, { recursive: true });
  const icon = fs.readFileSync(path.join(__dirname, "styles", "icon.svg"), "utf8");
  const names = { style: `console-${hashOf(css).slice(0, 12)}.css`, icon: `icon-${hashOf(icon).slice(0, 12)}.svg` };
  fs.writeFileSync(path.join(out, names.style), css);
  fs.writeFileSync(path.join(out, names.icon), icon);
  fs.writeFileSync(path.join(out, "assets.json"), JSON.stringify(names));
  fs.writeFileSync(stampFile, stamp);
};
