/** What the hazard log and the threat model name as proof is there: a document that promises more than the tests is a defect. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

const root = path.resolve(__dirname, "..");
const read = (file: string) => readFileSync(path.join(root, file), "utf8");

interface Proof {
  readonly section: string;
  readonly file: string;
  readonly words: string;
}

function proofsOf(document: string): { sections: string[]; proofs: Proof[] } {
  const sections: string[] = [];
  const proofs: Proof[] = [];
  for (const line of read(document).split("\n")) {
    const heading = /^## ([HT]\d+) /.exec(line);
    if (heading) sections.push(heading[1]!);
    if (!line.startsWith("- proof:")) continue;
    const proof = /^- proof: `([^`]+)`: (.+)$/.exec(line);
    if (!proof) throw new Error(`${document}: not of the form "- proof: \`file\`: words": ${line}`);
    proofs.push({ section: sections.at(-1)!, file: proof[1]!, words: proof[2]! });
  }
  return { sections, proofs };
}

describe.each(["docs/hazard-log.md", "docs/threat-model.md"])("%s", (document) => {
  const { sections, proofs } = proofsOf(document);

  test("every entry has a control and a proof", () => {
    expect(sections.length).toBeGreaterThan(9);
    expect(sections.filter((section) => !proofs.some((proof) => proof.section === section))).toEqual([]);
    for (const part of read(document)
      .split(/^## (?=[HT]\d+ )/m)
      .slice(1))
      expect(part).toMatch(/^- control: /m);
  });

  test("every proof names what is shown: a word alone stands in any file", () => {
    const vague = proofs.filter(({ words }) => (words.match(/[\p{L}\d][^\s]*/gu) ?? []).length < 3);
    expect(vague.map(({ section, file, words }) => `${section}: ${file}: ${words}`)).toEqual([]);
  });

  test("every proof is there, in the words that are named", () => {
    const lost = proofs.filter(({ file, words }) => !existsSync(path.join(root, file)) || !read(file).includes(words));
    expect(lost.map(({ section, file, words }) => `${section}: ${file}: ${words}`)).toEqual([]);
  });
});
