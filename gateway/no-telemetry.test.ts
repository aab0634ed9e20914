import { readFileSync } from "node:fs";
import { reporterName, silenceTelemetry } from "./no-telemetry";

test("the reporter of @apollo/gateway is still where it is replaced", () => {
  const gateway = readFileSync(require.resolve("@apollo/gateway/dist/index.js"), "utf8");
  const calls = gateway.match(/opentelemetry_1\.create\w+/g);
  expect(calls).toEqual([`opentelemetry_1.${reporterName}`]);
});

test("a gateway reports nothing to its vendor", async () => {
  const telemetry = require("@apollo/gateway/dist/utilities/opentelemetry") as Record<string, () => unknown>;
  const real = telemetry[reporterName];
  silenceTelemetry();
  expect(telemetry[reporterName]).not.toBe(real);
  await expect((telemetry[reporterName]!() as { shutdown(): Promise<void> }).shutdown()).resolves.toBeUndefined();
});
