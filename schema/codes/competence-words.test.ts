import { suggestCompetences } from "./competence-words";
import words from "./competence-words.json";
import { competences } from "./competences";

const of = (title: string) => suggestCompetences(title).map(({ identity, score }) => `${identity} ${score}`);

test.each([
  ["IPC Level 2 (2026)", "CSTF|Infection Prevention and Control|2|"],
  ["IPC L2", "CSTF|Infection Prevention and Control|2|"],
  ["IPC2", "CSTF|Infection Prevention and Control|2|"],
  ["Infection control – level 1 refresher", "CSTF|Infection Prevention and Control|1|"],
  ["H&S", "CSTF|Health, Safety and Welfare|1|"],
  ["Health & Safety at Work 2025/26", "CSTF|Health, Safety and Welfare|1|"],
  ["EDI e-learning", "CSTF|Equality, Diversity and Human Rights|1|"],
  ["IG annual update", "CSTF|Information Governance and Data Security|1|"],
  ["Data Security Awareness", "CSTF|Information Governance and Data Security|1|"],
  ["Fire", "CSTF|Fire Safety|1|"],
  ["Adult BLS (face to face)", "CSTF|Resuscitation|2|Adult Basic Life Support"],
  ["Resuscitation: paediatric immediate life support", "CSTF|Resuscitation|3|Paediatric Immediate Life Support"],
  ["Resuscitation Level 1", "CSTF|Resuscitation|1|"],
  ["SGC L3", "CSTF|Safeguarding Children|3|"],
  ["Safeguarding Adults Level 2", "CSTF|Safeguarding Adults|2|"],
  ["Basic Prevent Awareness", "CSTF|Preventing Radicalisation|1|Basic Prevent Awareness"],
  ["Oliver McGowan tier 1", "MAND|Oliver McGowan Training on Learning Disability and Autism|1|"],
])("%p can be one competence only: %s", (title, identity) => expect(of(title)).toEqual([`${identity} 1`]));

test("a level that the title does not give is not guessed: every level is suggested, and none with certainty", () => {
  expect(of("IPC update")).toEqual(["CSTF|Infection Prevention and Control|1| 0.5", "CSTF|Infection Prevention and Control|2| 0.5"]);
  expect(of("Manual handling")).toEqual(["CSTF|Moving and Handling|1| 0.5", "CSTF|Moving and Handling|2| 0.5"]);
  expect(of("BLS")).toEqual([
    "CSTF|Resuscitation|2|Adult Basic Life Support 0.33",
    "CSTF|Resuscitation|2|Newborn Basic Life Support 0.33",
    "CSTF|Resuscitation|2|Paediatric Basic Life Support 0.33",
  ]);
  expect(of("Safeguarding Level 2")).toEqual(["CSTF|Safeguarding Adults|2| 0.5", "CSTF|Safeguarding Children|2| 0.5"]);
});

test("a title may name several levels or subjects", () => {
  expect(of("Safeguarding children levels 1 & 2")).toEqual(["CSTF|Safeguarding Children|1| 1", "CSTF|Safeguarding Children|2| 1"]);
  expect(of("Fire safety and IG")).toEqual(["CSTF|Fire Safety|1| 1", "CSTF|Information Governance and Data Security|1| 1"]);
});

test.each(["", "Trust induction", "Campfire cooking", "Leadership Level 2", "IPC Level 4", "Big ideas", "Prevention of falls"])(
  "%p suggests nothing",
  (title) => expect(of(title)).toEqual([]),
);

test("every word leads to a competence of the list, and every name of the list to itself", () => {
  for (const row of words.rows) for (const word of row.words) expect([word, suggestCompetences(word).length > 0]).toEqual([word, true]);
  for (const row of competences)
    expect(suggestCompetences(`${row.subject} Level ${row.level} ${row.variant}`).map(({ identity }) => identity)).toContain(row.identity);
});
