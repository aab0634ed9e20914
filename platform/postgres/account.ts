import { readFileSync, realpathSync, statSync } from "node:fs";
import path from "node:path";
import { HubError } from "../errors";

/** The account that runs the server when it cannot be ours: PostgreSQL refuses root. */
export interface Account {
  name: string;
  uid: number;
  gid: number;
}

/** Undefined when the server may run as ourselves. No account is ever created: postgres if there is one, else nobody. */
export function serverAccount(passwd = "/etc/passwd"): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = readFileSync(passwd, "utf8")
    .split("\n")
    .map((line) => line.split(":"))
    .map(([name, , uid, gid]) => ({ name: name ?? "", uid: Number(uid), gid: Number(gid) }));
  const found = accounts.find((one) => one.name === "postgres") ?? accounts.find((one) => one.name === "nobody");
  if (!found || !(found.uid > 0)) {
    throw new HubError({
      code: "DATABASE_UNAVAILABLE",
      class: "settings",
      message:
        "PostgreSQL does not run as root, and this machine has neither an account postgres nor nobody: start as an ordinary user, or set DATABASE_URL",
      detail: {
        why: "root cannot run it and there is neither an account postgres nor nobody; start as an ordinary user, or set DATABASE_URL",
      },
    });
  }
  return found;
}

/** Whether the account may pass every folder down to this one. By mode bits: asking as that account would need a program it can reach. */
export function canReach(folder: string, account: Account): boolean {
  for (let at = realpathSync(folder); ; at = path.dirname(at)) {
    const { mode, uid, gid } = statSync(at);
    const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (at === path.dirname(at)) return true;
  }
}
