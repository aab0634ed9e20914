import path from "node:path";
import { type Clock, clockFrom, isDay, systemClock, today as todayOf } from "../platform/clock";
import { UsageError } from "./output";

/** Everything the hub takes from outside its configuration file: the only place that reads the environment. */
export interface Environment {
  readonly projectRoot: string;
  /** Folder of the records, keys and the demonstration. */
  readonly dataFolder: string;
  readonly databaseUrl: string | undefined;
  /** Of the login that may change the schema, where DATABASE_URL's may not. */
  readonly databaseOwnerUrl?: string | undefined;
  readonly redisUrl: string | undefined;
  /** Key-encryption key: 32 bytes in base64. */
  readonly key: string | undefined;
  readonly logLevel: string;
  readonly clock: Clock;
  readonly today: string;
  /** Values that `{ env: NAME }` of the configuration refers to. */
  readonly values: Readonly<Record<string, string | undefined>>;
  /** Where a test wants this process killed or frozen (platform/crash-point.ts). */
  readonly crashPoint?: string;
}

/** dist/cli, or cli where a test runs it from its source -> the project. */
export const projectRoot = path.resolve(__dirname, path.basename(path.dirname(__dirname)) === "dist" ? "../.." : "..");

export function readEnvironment(options: { today?: string } = {}): Environment {
  const values = process.env;
  if (options.today !== undefined && !isDay(options.today))
    throw new UsageError(`--today ${options.today} is not a day: write YYYY-MM-DD, a day that exists.`);
  const clock = options.today ? clockFrom(`${options.today}T09:00:00Z`) : systemClock;
  return {
    projectRoot,
    dataFolder: path.resolve(values.LANYARD_DATA || path.join(projectRoot, ".lanyard")),
    databaseUrl: values.DATABASE_URL || undefined,
    databaseOwnerUrl: values.DATABASE_OWNER_URL || undefined,
    redisUrl: values.REDIS_URL || undefined,
    key: values.LANYARD_KEY || undefined,
    logLevel: values.LANYARD_LOG_LEVEL || "warn",
    clock,
    today: todayOf(clock),
    values,
    crashPoint: values.LANYARD_CRASH_POINT || undefined,
  };
}
