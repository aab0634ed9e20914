/** An error of the token endpoint, as RFC 6749 section 5.2 writes it. */
export class OAuthError extends Error {
  constructor(
    readonly status: number,
    readonly code:
      | "invalid_request"
      | "invalid_client"
      | "invalid_grant"
      | "invalid_scope"
      | "invalid_target"
      | "unauthorized_client"
      | "unsupported_grant_type"
      | "temporarily_unavailable",
    /** For whoever builds the client; says nothing of what others hold. */
    readonly description: string,
    /** For the audit: technical words. */
    readonly reason: string = code,
  ) {
    super(reason);
  }
}
