import type { ProblemText } from "./problems";

/** What vendors push: why a request was not taken, and what stands at a connection whose vendor sends by itself. */
export const intakeProblems = {
  INTAKE_UNAUTHENTICATED: {
    title: "Not signed by a key in force",
    say: "The signature, its time or the address does not fit: nothing of the body was read.",
    next: "Check the address, the clock (5 minutes of tolerance), and that the body is signed as it is sent, with a key that has not been revoked.",
    owner: "vendor",
  },
  INTAKE_METHOD: {
    title: "Only POST",
    say: "Records are sent with POST, got {got}.",
    next: "Send POST to the same address.",
    owner: "vendor",
  },
  INTAKE_CONTENT_TYPE: {
    title: "Not a content type that is read here",
    say: "{pointer} should be {expected}.",
    next: "Send JSON in UTF-8, as it is or compressed with gzip.",
    owner: "vendor",
  },
  BODY_TOO_LARGE: {
    title: "Body too large",
    say: "The body has more than {limit} bytes (after decompression).",
    next: "Send smaller batches: nothing of this one was used.",
    owner: "vendor",
  },
  BATCH_TOO_LONG: {
    title: "Too many items in one batch",
    say: "{got} items, at most {limit} are read.",
    next: "Send smaller batches: nothing of this one was used.",
    owner: "vendor",
  },
  UPLOAD_TOO_SLOW: {
    title: "Upload too slow",
    say: "The body did not arrive within {seconds} s.",
    next: "Send it again with the same Idempotency-Key, in smaller batches if it stays.",
    owner: "vendor",
  },
  BODY_NOT_READABLE: {
    title: "Body cannot be read",
    say: "The body is {why}.",
    next: "Correct the sender: nothing of it was used.",
    owner: "vendor",
  },
  BODY_INVALID: {
    title: "Body in an unexpected shape",
    say: "{pointer} should be {expected}, got {got}.",
    next: "Compare the body with docs/vendors/push.md: nothing of it was used.",
    owner: "vendor",
  },
  BATCH_REFUSED: {
    title: "No item of the batch could be used",
    say: "All {count} items are refused, each with its own reason.",
    next: "Correct the items named in errors and send them in a new batch.",
    owner: "vendor",
  },
  IDEMPOTENCY_KEY_MISSING: {
    title: "Idempotency-Key missing",
    say: "Each batch needs an Idempotency-Key of 8 to 200 printable characters.",
    next: "Send one per batch, and the same one when the batch is sent again.",
    owner: "vendor",
  },
  IDEMPOTENCY_KEY_REUSED: {
    title: "One Idempotency-Key, two bodies",
    say: "A batch with another body was received under this Idempotency-Key; the first one counts, and this one was not used.",
    next: "The vendor gives each batch a key of its own, and never changes a batch that it sends again.",
    owner: "vendor",
  },
  INTAKE_BUSY: {
    title: "Busy with this connection",
    say: "Another batch of this connection is being stored.",
    next: "Send it again with the same Idempotency-Key after the time in Retry-After.",
    owner: "hub",
  },
  INTAKE_UNAVAILABLE: {
    title: "Nothing can be taken for now",
    say: "The hub could not store the batch; nothing of it counts as received.",
    next: "Keep the batch and send it again with the same Idempotency-Key after the time in Retry-After.",
    owner: "hub",
  },
  INTAKE_PAUSED: {
    title: "Paused",
    say: "This connection has been paused ({why}).",
    next: "Keep the batch and send it again with the same Idempotency-Key after the time in Retry-After.",
    owner: "operator",
  },
  INTAKE_SIGNATURE_REJECTED: {
    title: "Push without a valid signature",
    say: "A push to {connection} was signed with no key that is in force; nothing of it was read.",
    next: "The vendor checks which key it signs with; `lanyard keys list {connection}` says which are in force and when they were last used.",
    owner: "vendor",
  },
  INTAKE_KEYS_REVOKED: {
    title: "All keys revoked",
    say: "Every key of {connection} has been revoked: nothing that the vendor sends is accepted.",
    next: "`lanyard keys issue {connection}`, and hand the new key to the vendor over a safe way.",
    owner: "operator",
  },
  INTAKE_KEY_NOT_USED: {
    title: "New key not used yet",
    say: "A new key of {connection} has been issued, and nothing signed with it has arrived yet.",
    next: "The vendor puts the new key into its system and sends what it has kept.",
    owner: "vendor",
  },
  INTAKE_KEYS_TOO_MANY: {
    title: "Too many keys in force",
    say: "{connection} has {limit} keys in force.",
    next: "`lanyard keys list {connection}`, and revoke those that are no longer used.",
    owner: "operator",
  },
} as const satisfies Record<string, ProblemText>;
