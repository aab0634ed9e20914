// A real hub, a real browser: slower than `npm test`, and only where Chromium is installed.
module.exports = {
  ...require("./jest.config.cjs"),
  testMatch: ["**/*.e2e.test.ts"],
  testPathIgnorePatterns: ["/node_modules/", "/dist/", "/.lanyard/"],
  testTimeout: 300000,
  maxWorkers: 1,
};
