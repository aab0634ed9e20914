import type { ProblemText } from "./problems";

/** Files that somebody drops into a folder or onto a server: what keeps one from being read. */
export const fileProblems = {
  FILE_WAITS: {
    title: "File not finished",
    say: "{file} has been there for more than an hour and waits for {expected}.",
    next: "Whoever writes it finishes the transfer; until then it, and changes behind it, are not read.",
    owner: "vendor",
  },
  FILE_CHECKSUM: {
    title: "Checksum does not fit",
    say: "{file}: the SHA-256 should be {expected}, got {got}.",
    next: "Deliver the file again together with its checksum; nothing of it was used.",
    owner: "vendor",
  },
  FILE_ROW_COUNT: {
    title: "Number of rows does not fit",
    say: "{file} says that it has {expected} rows and has {got}.",
    next: "Deliver the whole file again. Rows that were there are kept; nothing was withdrawn.",
    owner: "vendor",
  },
  FILE_OLD: {
    title: "Newest file is older than the one read",
    say: "{file} is older than {got}, which has been read already.",
    next: "Nothing, if the newer file was cleared away; else deliver a full list under a later name.",
    owner: "vendor",
  },
  FILE_NUMBER_MISSING: {
    title: "A numbered file is missing",
    say: "{file}: {expected} should come first, got {got}.",
    next: "Deliver the missing file. Changes behind it wait; to give it up set `from` to the number to go on with. A full list is read all the same.",
    owner: "vendor",
  },
  FILE_REWRITTEN: {
    title: "File changed under the same name",
    say: "{file} has other content than when it was read.",
    next: "Deliver what has changed in a file of a new name; nothing of the changed one was used.",
    owner: "vendor",
  },
  FILE_WITHOUT_ROWS: {
    title: "File without rows",
    say: "{file} has a header and no row.",
    next: "Check the export. If the list is rightly empty nothing needs to be done; what is held stays.",
    owner: "vendor",
  },
  COLUMNS_CHANGED: {
    title: "Columns have changed",
    say: "{file}: new columns {added}; gone {gone}.",
    next: "Look whether something is to be read now; add it to the mapping, or to `notRead`.",
    owner: "trust",
  },
  HOST_KEY_CHANGED: {
    title: "The server shows another key",
    say: "{host} shows the key {got}; {expected} was agreed.",
    next: "Ask whoever runs the server, by telephone, whether its key was changed; only then correct `hostKey`. No password was sent.",
    owner: "vendor",
  },
  SSH_REFUSED: {
    title: "No SSH with this server",
    say: "{host} answers and cannot be spoken to ({why}).",
    next: "Check host and port: it must be an SFTP server with methods that are not out of date.",
    owner: "vendor",
  },
} as const satisfies Record<string, ProblemText>;
