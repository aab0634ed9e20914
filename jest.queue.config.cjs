// The queue's suite runs the same tests on PostgreSQL and on Redis; apart from `npm test`, which needs no Redis.
const base = require("./jest.config.cjs");
module.exports = {
  ...base,
  testMatch: ["**/*.queue.test.ts"],
  testPathIgnorePatterns: base.testPathIgnorePatterns.filter((pattern) => !pattern.includes("queue")),
};
