import { canaryName } from "./disguise";
import { Net } from "./search";

const canary = canaryName(4711);
const net = new Net([canary, "1984-03-17", "QQ123456C"]);
const formsIn = (text: string) => net.search(text).map(({ canary: found, form }) => [found, form]);

test("names are unique and of one length", () => {
  const names = new Set(Array.from({ length: 20_000 }, (_, i) => canaryName(i)));
  expect(names.size).toBe(20_000);
});

test.each([
  ["plain", `the name ${canary} stands here`],
  ["plain", `the name ${canary.toUpperCase()} stands here`],
  ["plain", canary.normalize("NFD")],
  ["url", `/find?name=${encodeURIComponent(canary)}&x=1`],
  ["json", `{"name":"${canary.slice(0, -1)}\\u00eb"}`],
  ["hex", `\\x${Buffer.from(`ab${canary}`).toString("hex")}`],
  ["base64", Buffer.from(`x${canary}yz`).toString("base64")],
  ["base64", Buffer.from(`xy${canary}`).toString("base64url")],
  ["base64", Buffer.from(canary).toString("base64")],
])("is found in its %s form", (form, text) => {
  // A form without the accent is the beginning of every other: whatever it is called, it is found.
  expect(formsIn(text).map(([found]) => found)).toEqual([canary]);
  expect([form, "plain"]).toContain(formsIn(text)[0]![1]);
});

test("is told once in a text, with what stands around it and not itself", () => {
  const [hit, ...more] = net.search(`name=${canary} and ${canary}`);
  expect(more).toEqual([]);
  expect(hit!.around).toBe(`name=<canary> and ${canary}`.slice(0, hit!.around.length));
});

test("a number inside a longer one is another number", () => {
  const numbers = new Net(["19840317"]);
  expect(numbers.search("id 119840317 and 198403170")).toEqual([]);
  expect(numbers.search("id 19840317,")).toHaveLength(1);
});
