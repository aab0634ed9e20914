import fc from "fast-check";
import { compareVersions, normalisedInstant, sourceVersionOf, vendorPart } from "./version";

const instant = fc.date({ min: new Date("1970-01-01T00:00:00Z"), max: new Date("2100-01-01T00:00:00Z"), noInvalidDate: true });
const version = fc.record({
  changedAt: fc.option(instant, { nil: undefined }),
  sequence: fc.option(fc.nat(), { nil: undefined }),
  readAt: instant,
});
type Version = { changedAt: Date | undefined; sequence: number | undefined; readAt: Date };

const textOf = (one: Version) =>
  sourceVersionOf({ changedAt: one.changedAt?.toISOString(), sequence: one.sequence, readAt: one.readAt.toISOString() });
const numbersOf = (one: Version) => [one.changedAt?.getTime() ?? -1, one.sequence ?? -1, one.readAt.getTime()];
function inOrder(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return Math.sign(a[i]! - b[i]!);
  return 0;
}

describe("versions", () => {
  it("sort bytewise as (changed-at, sequence, instant of our fetch), what is missing lowest", () => {
    fc.assert(
      fc.property(version, version, (a, b) => {
        const expected = inOrder(numbersOf(a), numbersOf(b));
        expect(compareVersions(textOf(a), textOf(b))).toBe(expected);
        expect(Math.sign(Buffer.compare(Buffer.from(textOf(a)), Buffer.from(textOf(b))))).toBe(expected);
      }),
    );
  });

  it("write one instant in one way, whatever zone and precision the vendor chose", () => {
    const ways = [
      "2026-10-25T01:30:00+01:00",
      "2026-10-25T00:30:00Z",
      "2026-10-25T00:30Z",
      "2026-10-25 00:30:00.000+0000",
      "2026-10-24T19:30:00.0-05:00",
    ];
    expect(new Set(ways.map(normalisedInstant))).toEqual(new Set(["2026-10-25T00:30:00.000000000Z"]));
    expect(normalisedInstant("2026-10-25T00:30:00.1234567Z")).toBe("2026-10-25T00:30:00.123456700Z");
  });

  it("refuse an instant without a zone, a day that is none, and a broken sequence", () => {
    for (const wrong of ["2026-10-25T01:30:00", "2026-13-25T01:30:00Z", "yesterday"]) {
      expect(() => normalisedInstant(wrong)).toThrow(expect.objectContaining({ code: "RECORD_INVALID" }));
    }
    expect(() => sourceVersionOf({ sequence: 1.5, readAt: "2026-10-25T00:30:00Z" })).toThrow(
      expect.objectContaining({ code: "RECORD_INVALID" }),
    );
  });

  it("keep what the vendor says apart from when we read it", () => {
    const [first, second] = ["2026-10-25T00:30:00Z", "2026-10-26T00:30:00Z"].map((readAt) => sourceVersionOf({ sequence: 7, readAt }));
    expect(vendorPart(first!)).toBe(vendorPart(second!));
    expect(compareVersions(first!, second!)).toBe(-1);
  });
});
