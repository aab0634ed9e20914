import { HubError } from "../../platform/errors";

/**
 * Moodle reports nearly every failure as `{ exception, errorcode, message }` inside HTTP 200. Only the code is read:
 * `message` and `debuginfo` may hold SQL with its parameters.
 */
export interface Fault {
  readonly errorcode: string;
}

/** The code may come from a plugin: kept only when it looks like one. */
const codeShape = /^[A-Za-z0-9_/:.-]{1,60}$/;

/** The fault in an answer, without parsing a large one: an exception is short and says so at its start. `token`: never said back. */
export function faultIn(text: string, token?: string): Fault | undefined {
  const head = text.slice(0, 2000);
  if (head.startsWith("{") && /"(exception|errorcode)"\s*:/.test(head)) {
    let parsed: { exception?: unknown; errorcode?: unknown; error?: unknown };
    try {
      parsed = JSON.parse(text);
    } catch {
      return undefined;
    }
    if (typeof parsed.errorcode !== "string" && parsed.exception === undefined) return undefined;
    return { errorcode: named(parsed.errorcode, token) };
  }
  const xml = head.startsWith("<?xml") && head.includes("<EXCEPTION") ? /<ERRORCODE>([^<]{0,80})<\/ERRORCODE>/.exec(head) : null;
  return xml ? { errorcode: named(xml[1], token) } : undefined;
}

function named(errorcode: unknown, token: string | undefined): string {
  const isCode = typeof errorcode === "string" && codeShape.test(errorcode) && !(token && errorcode.includes(token));
  return isCode ? errorcode : "unnamed";
}

const missingPermission = new Set([
  "nopermissions",
  "nopermission",
  "requireloginerror",
  "errorcoursecontextnotvalid",
  "cannotviewreport",
  "errorreportview",
  "usernotfullysetup",
  "forcepasswordchangenotice",
  "sitepolicynotagreed",
  "cannotviewprofile",
]);
const maintenance = new Set(["sitemaintenance", "upgraderunning", "siteupgraderunning"]);

export function errorOf(fault: Fault, operation: string, host: string, release: string | undefined): HubError {
  const { errorcode } = fault;
  const detail = { host, operation, errorcode, release };
  const error = (code: string, errorClass: HubError["class"], more: Record<string, string> = {}) =>
    new HubError({ code, class: errorClass, detail: { ...detail, ...more } });
  if (errorcode === "invalidtoken") return error("CREDENTIALS_REJECTED", "auth", { why: "the token is unknown" });
  if (errorcode === "accessexception") {
    // The first call tells the token from the function: later ones are answered so for a function outside the service.
    return operation === "core_webservice_get_site_info"
      ? error("CREDENTIALS_REJECTED", "auth", {
          why: "the token has expired, is bound to other addresses, its service is switched off, or the account may not use REST",
        })
      : error("PERMISSION_MISSING", "auth", { why: "the function is not in the token's service" });
  }
  if (errorcode.startsWith("wsaccessuser"))
    return error("CREDENTIALS_REJECTED", "auth", { why: "the account is suspended, deleted, unconfirmed or expired" });
  if (errorcode === "enablewsdescription" || errorcode === "servicenotavailable")
    return error("PERMISSION_MISSING", "auth", { why: "web services are switched off" });
  if (missingPermission.has(errorcode)) return error("PERMISSION_MISSING", "auth", { why: errorcode });
  if (maintenance.has(errorcode)) return error("MAINTENANCE", "transient");
  if (errorcode === "dbconnectionfailed" || /^(dml|ddl)/.test(errorcode)) return error("VENDOR_ERROR", "transient", { status: errorcode });
  return error("UNEXPECTED_ANSWER", "schema", { pointer: "/errorcode", expected: "an answer", got: errorcode });
}
