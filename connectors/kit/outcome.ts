/**
 * Calls with a bearer token to interfaces that answer errors with a FHIR OperationOutcome (FHIR itself, and the passport
 * contract, which borrowed it). A rejected token is renewed once; what is still refused becomes the hub's own error.
 */
import { HubError } from "../../platform/errors";
import type { Http, HttpAnswer, HttpRequest } from "../connector";
import type { Token } from "./oauth";

/**
 * The issue codes of an OperationOutcome, as one short technical word. Only `issue[].code` is read: `details.text` is
 * free text and may repeat what we asked for, names included.
 */
export function outcomeCode(answer: HttpAnswer): string | undefined {
  try {
    const body = answer.json() as { resourceType?: unknown; issue?: { code?: unknown }[] } | undefined;
    if (body?.resourceType !== "OperationOutcome" || !Array.isArray(body.issue)) return undefined;
    const codes = body.issue
      .map((issue) => issue?.code)
      .filter((code): code is string => typeof code === "string" && /^[a-z-]{2,30}$/.test(code));
    return codes.length > 0 ? [...new Set(codes)].join(", ") : undefined;
  } catch {
    return undefined; // the status says enough
  }
}

/** A caller that adds the token, and hands back only 2xx and the statuses that the request itself accepts. */
export function outcomeCaller(http: Http, token: Token | undefined): (request: HttpRequest) => Promise<HttpAnswer> {
  return async (request) => {
    const accept = [...new Set([400, 401, 403, 404, 410, ...(request.accept ?? [])])];
    const attempt = (bearer: string | undefined) =>
      http.request({ ...request, accept, headers: { ...request.headers, ...(bearer ? { Authorization: `Bearer ${bearer}` } : {}) } });
    const bearer = await token?.();
    let answer = await attempt(bearer);
    if (answer.status === 401 && token && bearer !== undefined) {
      token.invalidate(bearer);
      answer = await attempt(await token());
    }
    if (answer.status < 400 || request.accept?.includes(answer.status)) return answer;
    const host = new URL(request.url).host;
    const detail = { host, status: answer.status, operation: request.operation, why: outcomeCode(answer) ?? `HTTP ${answer.status}` };
    if (answer.status === 401) throw new HubError({ code: "CREDENTIALS_REJECTED", class: "auth", detail });
    if (answer.status === 403) throw new HubError({ code: "PERMISSION_MISSING", class: "auth", detail });
    throw new HubError({ code: "REQUEST_REFUSED", class: "settings", detail });
  };
}
