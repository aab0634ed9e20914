import { type ConnectionFacts, connectionState, sourceState } from "./connection-state";

const now = new Date("2026-11-22T12:00:00Z");
const ago = (minutes: number) => new Date(now.getTime() - minutes * 60_000);
const facts = (over: Partial<ConnectionFacts> = {}): ConnectionFacts => ({
  pausedAt: undefined,
  pauseUntil: undefined,
  goLiveOn: undefined,
  errorClass: undefined,
  freshAsOf: ago(5),
  targetSeconds: 3600,
  recentFailures: false,
  ...over,
});

test.each([
  ["ON_TIME", "CURRENT", facts({ freshAsOf: ago(60) })],
  ["LATE", "STALE", facts({ freshAsOf: ago(61) })],
  ["LATE", "STALE", facts({ freshAsOf: ago(120) })],
  ["STOPPED", "SOURCE_DOWN", facts({ freshAsOf: ago(121) })],
  ["STOPPED", "SOURCE_DOWN", facts({ errorClass: "auth" })],
  ["ON_TIME", "CURRENT", facts({ errorClass: "transient" })],
  ["ERRORS", "CURRENT", facts({ recentFailures: true })],
  ["PAUSED", "CURRENT", facts({ pausedAt: ago(5) })],
  ["PAUSED", "STALE", facts({ pausedAt: ago(90), freshAsOf: ago(90) })],
  ["ON_TIME", "CURRENT", facts({ pausedAt: ago(90), pauseUntil: ago(30) })],
  ["SETTING_UP", "NOT_CONNECTED", facts({ freshAsOf: undefined })],
  ["SETTING_UP", "NOT_CONNECTED", facts({ freshAsOf: undefined, goLiveOn: "2026-11-22" })],
  ["NEVER_WORKED", "SOURCE_DOWN", facts({ freshAsOf: undefined, goLiveOn: "2026-11-21" })],
] as const)("%s reads as %s", (state, source, given) => {
  expect(connectionState(given, now, "2026-11-22")).toBe(state);
  expect(sourceState(state, given, now)).toBe(source);
});
