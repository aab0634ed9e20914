import lock from "../../package-lock.json";
import { sftpSettings } from "./sftp";

test("no package of SSH runs anything when it is installed, or brings native code", () => {
  const packages = lock.packages as Record<string, { hasInstallScript?: boolean; optionalDependencies?: object }>;
  expect(packages["node_modules/ssh2"]?.hasInstallScript).toBeUndefined();
  expect(packages["node_modules/ssh2"]?.optionalDependencies).toBeUndefined();
  expect(Object.keys(packages).filter((name) => /node_modules\/(cpu-features|nan|buildcheck)$/.test(name))).toEqual([]);
});

test("a server without a pinned key, or without a secret, is no setting", () => {
  const good = { host: "files.example", user: "u", password: { env: "P" }, hostKey: `SHA256:${"a".repeat(43)}` };
  expect(sftpSettings.safeParse(good).success).toBe(true);
  for (const bad of [{ hostKey: undefined }, { password: undefined }, { password: "hunter2" }, { hostKey: "MD5:00:11" }, { host: "a/b" }])
    expect(sftpSettings.safeParse({ ...good, ...bad }).success).toBe(false);
});
