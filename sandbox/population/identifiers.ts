/**
 * Identifiers that look right and belong to nobody. Each has the shape the hub checks, and each lies outside what is
 * issued to real people, as far as the issuing body has said so in public:
 *
 *   NI number   prefix NC. HMRC lists NC among the administrative prefixes that "look like NINOs but do not use valid
 *               prefixes"; its dummy numbers ended in M or F, ours end in A to D, so ours were never either
 *               (HMRC National Insurance Manual, NIM39110).
 *   NHS number  999 000 0000 to 999 999 9999, reserved for tests and demonstrations. Only inside OH records, where it
 *               must be dropped at the door.
 *   GMC         99xxxxx. Issued numbers stay below 9 000 000 (observed, no published statement).
 *   NMC         99Z....Z. Z is neither a month letter nor a country letter of a real PIN (observed).
 *   HCPC        ZZ, not the prefix of any registered profession.  GPhC 299xxxx (observed).
 *   ESR         VPDs 991 to 994, employee numbers and person ids that start with 99 within them.
 *   Telephone   07700 900xxx, kept by Ofcom for drama.  E-mail under .example.test, reserved by RFC 6761.
 */
import type { Random } from "./random";

export interface Issuer {
  niNumber(): string;
  gmc(): string;
  nmc(): string;
  hcpc(): string;
  gphc(): string;
  /** Eight digits, unique over all VPDs so that a mistake shows. */
  esrNumber(): string;
  crsUuid(): string;
  nhsNumber(): string;
  telephone(): string;
}

export function issuer(chance: Random): Issuer {
  const used = new Set<string>();
  const once = (make: () => string): string => {
    for (;;) {
      const value = make();
      if (used.has(value)) continue;
      used.add(value);
      return value;
    }
  };
  return {
    niNumber: () => once(() => `NC${chance.digits(6)}${chance.pick(["A", "B", "C", "D"])}`),
    gmc: () => once(() => `99${chance.digits(5)}`),
    nmc: () => once(() => `99Z${chance.digits(4)}Z`),
    hcpc: () => once(() => `ZZ${chance.digits(5)}`),
    gphc: () => once(() => `299${chance.digits(4)}`),
    esrNumber: () => once(() => `99${chance.digits(6)}`),
    crsUuid: () => once(() => `9999${chance.digits(8)}`),
    nhsNumber: () => once(() => testNhsNumber(chance)),
    telephone: () => `07700 900${chance.digits(3)}`,
  };
}

function testNhsNumber(chance: Random): string {
  for (;;) {
    const nine = `999${chance.digits(6)}`;
    const sum = [...nine].reduce((total, digit, index) => total + Number(digit) * (10 - index), 0);
    const check = (11 - (sum % 11)) % 11;
    if (check !== 10) return `${nine}${check}`;
  }
}
