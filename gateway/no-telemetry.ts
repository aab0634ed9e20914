/**
 * @apollo/gateway reports uptime, processors and cloud of its host to its vendor unless an environment variable forbids
 * it, and looks for cloud metadata services on start. A hub of health records calls nobody it was not told to call, and
 * that must not hang on a variable being set: the reporter is replaced here, before any gateway is made.
 *
 * This is a deep import: the version of @apollo/gateway is pinned exactly, and a test fails when the reporter moves.
 */
import * as telemetry from "@apollo/gateway/dist/utilities/opentelemetry";

export const reporterName = "createDataCollectionExporter";

export function silenceTelemetry(): void {
  const reporter = telemetry as unknown as Record<string, unknown>;
  reporter[reporterName] = () => ({ shutdown: async () => undefined });
}
