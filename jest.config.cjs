// Tests stand beside what they test; what crosses folders is in test/.
module.exports = {
  testEnvironment: "node",
  roots: ["<rootDir>"],
  testMatch: ["**/*.test.ts", "**/*.test.tsx"],
  testPathIgnorePatterns: ["/node_modules/", "/dist/", "/.lanyard/", "\\.queue\\.test\\.ts$", "\\.e2e\\.test\\.ts$"],
  modulePathIgnorePatterns: ["<rootDir>/dist/", "<rootDir>/.lanyard/"],
  setupFiles: ["reflect-metadata"],
  globalSetup: "<rootDir>/test/global-setup.ts",
  globalTeardown: "<rootDir>/test/global-teardown.ts",
  // jose and its like are ESM only; jest cannot require them untransformed.
  transformIgnorePatterns: ["/node_modules/(?!(jose|oidc-provider)/)"],
  transform: {
    "^.+\\.tsx$": [
      "@swc/jest",
      { jsc: { parser: { syntax: "typescript", tsx: true, decorators: true }, transform: { react: { runtime: "automatic" } } } },
    ],
    "^.+\\.(t|j|mj)s$": ["@swc/jest"],
  },
  testTimeout: 60000,
  maxWorkers: 2,
};
