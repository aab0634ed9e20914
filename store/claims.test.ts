import { claimToStore } from "../test/builders/pages";
import { changeOf } from "./claims";

const digest = (part: string, text: string) => `${part}=${text}`;
const known = (...claims: Parameters<typeof claimToStore>[]) =>
  changeOf(
    {},
    claims.map((one) => claimToStore(...one)),
    digest,
  )!.parts;

describe("what claims change", () => {
  it("V22: holds no character that PostgreSQL cannot hold: NUL, half of a surrogate pair", () => {
    const change = changeOf(
      {},
      [
        claimToStore(
          "p",
          { familyName: "Br\u0000ight\ud800", otherGivenNames: ["\udfffJo 😀"], identifiers: [{ scheme: "GMC", value: "76\ud8005" }] },
          { matchKeys: ["name:br\ud800ight"] },
        ),
      ],
      digest,
    )!;
    expect(change.details).toMatchObject({ familyName: "Bright", otherGivenNames: ["Jo 😀"] });
    expect([...change.schemes]).toEqual([["GMC", [{ value: "765", index: "765" }]]]);
    expect(change.matchKeys).toEqual(["name:bright"]);
  });

  it("is nothing when every part has been said before, also by several partial claims in turn", () => {
    const full = claimToStore("p", { identifiers: [{ scheme: "NI_NUMBER", value: "QQ 12 34 56 C" }] });
    const partial = claimToStore(
      "p",
      { givenName: undefined, familyName: undefined, birthDate: undefined, identifiers: [{ scheme: "GMC", value: "7654321" }] },
      { matchKeys: [] },
    );
    const held = changeOf({}, [full, partial], digest)!.parts;
    expect(changeOf(held, [full], digest)).toBeUndefined();
    expect(changeOf(held, [partial], digest)).toBeUndefined();
    expect(changeOf(held, [partial, full, partial], digest)).toBeUndefined();
  });

  it("leaves names and other schemes alone when a claim names only a number", () => {
    const change = changeOf(
      known(["p"]),
      [
        claimToStore(
          "p",
          { givenName: undefined, familyName: undefined, birthDate: undefined, identifiers: [{ scheme: "GMC", value: " 7654321 " }] },
          { matchKeys: [] },
        ),
      ],
      digest,
    )!;
    expect(change.details).toBeUndefined();
    expect([...change.schemes]).toEqual([["GMC", [{ value: "7654321", index: "7654321" }]]]);
  });

  it("replaces the values of a scheme it lists", () => {
    const change = changeOf(
      known(["p", { identifiers: [{ scheme: "EMAIL", value: "a@x.test" }] }]),
      [claimToStore("p", { identifiers: [{ scheme: "EMAIL", value: "b@x.test" }] })],
      digest,
    )!;
    expect([...change.schemes]).toEqual([["EMAIL", [{ value: "b@x.test", index: "B@X.TEST" }]]]);
  });

  it("lets a claim about another time fill what is not held, and replace nothing", () => {
    const past = claimToStore("p", { familyName: "Maiden", identifiers: [{ scheme: "GMC", value: "7654321" }] }, { current: false });
    expect(changeOf({}, [past], digest)!.details?.familyName).toBe("Maiden");
    const change = changeOf(known(["p"]), [past], digest)!;
    expect(change.details).toBeUndefined();
    expect(change.matchKeys).toBeUndefined();
    expect([...change.schemes.keys()]).toEqual(["GMC"]);
  });
});
