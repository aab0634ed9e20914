import { mkdirSync } from "node:fs";
import path from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { launchChromium, overflow, shownAgain, smallTargets, violations } from "./browser";
import { type ConsoleHub, startConsoleHub } from "./console-hub";

/** Set to a folder, it gets a picture of every page at both widths. */
const pictures = process.env.LANYARD_PICTURES;
const operators = { ops: "P. Okafor (ESR team)", trust: "L. Hart (Northbridge)" };

let served: ConsoleHub;
let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
  served = await startConsoleHub();
}, 300_000);
afterAll(async () => {
  await browser?.close();
  await served?.close();
});

const foreign: string[] = [];
async function visitor(width: number, javaScriptEnabled: boolean): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width, height: 900 }, javaScriptEnabled, baseURL: served.url });
  context.on("request", (request) => {
    if (!request.url().startsWith(served.url)) foreign.push(request.url());
  });
  return context;
}
async function signedIn(context: BrowserContext, operator = operators.ops): Promise<Page> {
  const page = await context.newPage();
  await page.goto("/console");
  await page.getByRole("button", { name: `Sign in as ${operator}` }).click();
  await page.waitForURL("**/console");
  return page;
}

/** Every page of the console, by the links that lead there. */
async function addresses(page: Page): Promise<Map<string, string>> {
  const found = new Map<string, string>([["queues", "/console"]]);
  const linksOf = async (address: string) => {
    await page.goto(address);
    return (await page.evaluate('[...document.querySelectorAll("a")].map((a) => a.getAttribute("href"))')) as string[];
  };
  const home = await linksOf("/console");
  const first = (name: string, links: readonly string[], pattern: RegExp) => {
    const link = links.find((it) => pattern.test(it));
    if (link) found.set(name, link);
  };
  first("connection-lms", home, /connections\/zqa-moodle/);
  first("connection-set-up", home, /connections\/zqd-esr/);
  first("waiting", home, /rows\?of=WAITING&system/);
  first("refused", home, /rows\?of=REFUSED/);
  first("active", home, /rows\?of=ACTIVE/);
  first("not-in-lms", home, /rows\?of=NOT_IN_LMS/);
  first("unknown-to-esr", home, /rows\?of=UNKNOWN_TO_ESR/);
  found.set("filtered", "/console?organisation=ZQB&state=attention&sort=behind");
  found.set("problems", "/console/problems");
  for (const link of new Set(home.filter((it) => /\/problems\/[A-Z]/.test(it)))) found.set(`problem-${link.split("/").pop()}`, link);
  found.set("courses", "/console/courses");
  first("course", await linksOf("/console/courses"), /\/courses\/./);
  found.set("held", "/console/held");
  found.set("replays", "/console/replays");
  found.set("esr", "/console/esr");
  const files = await linksOf("/console/esr");
  first("esr-file", files, /\/esr\/LY_991/);
  first("esr-file-rehearsed", files, /\/esr\/LY_(?!991)/);
  const rehearsed = found.get("esr-file-rehearsed");
  if (rehearsed) first("rehearsed-differs", await linksOf(rehearsed), /rows\?of=REHEARSED_DIFFERS/);
  first("eligible", home, /rows\?of=ELIGIBLE/);
  found.set("not-found", "/console/nothing-here");
  found.set("bad-request", "/console/rows?of=NOTHING");
  return found;
}

describe.each([1280, 320])("at %i pixels", (width) => {
  describe.each([true, false])("with JavaScript %s", (javaScript) => {
    test("every page passes axe, does not scroll sideways and asks nobody else", async () => {
      const context = await visitor(width, javaScript);
      const page = await context.newPage();
      const judging = await visitor(width, true);
      const judge = await judging.newPage();
      const shoot = async (name: string) => {
        if (!pictures || !javaScript) return;
        mkdirSync(pictures, { recursive: true });
        await page.screenshot({ path: path.join(pictures, `${name}-${width}.png`), fullPage: true });
      };
      const check = async (name: string) => {
        await shoot(name);
        expect([name, await violations(javaScript ? page : await shownAgain(page, judge))]).toEqual([name, []]);
        expect([name, await page.locator("script").count()]).toEqual([name, 0]);
        expect([name, await overflow(page)]).toEqual([name, 0]);
        expect([name, await smallTargets(page)]).toEqual([name, []]);
        expect(await page.getByText("Synthetic people. Not an NHS service.").count()).toBe(1);
      };
      await page.goto("/console");
      await check("sign-in");
      await page.getByRole("button", { name: `Sign in as ${operators.ops}` }).click();
      await page.waitForURL("**/console");
      const pages = await addresses(page);
      expect(pages.size).toBeGreaterThan(17);
      for (const [name, address] of pages) {
        await page.goto(address);
        await check(name);
      }
      await page.getByRole("button", { name: "Log out" }).click();
      await page.waitForURL("**/console/sign-in");
      await page.goto("/console/problems");
      expect(page.url()).toContain("/console/sign-in?next=");
      await context.close();
      await judging.close();
      expect(foreign).toEqual([]);
    }, 280_000);
  });
});

test("the font is the one that was set, not the browser's own", async () => {
  const context = await visitor(1280, true);
  const page = await signedIn(context);
  for (const what of ["body", "h1", "select", "button", "td"]) {
    expect(await page.evaluate(`getComputedStyle(document.querySelector(${JSON.stringify(what)})).fontFamily`)).toMatch(
      /^"?Arial"?, sans-serif$/i,
    );
  }
  await context.close();
});

test("by keyboard: the skip link comes first and leads to the content, focus follows the order of the page and can be seen", async () => {
  const context = await visitor(1280, true);
  const page = await signedIn(context);
  const focused = () => page.evaluate("document.activeElement.textContent.trim()") as Promise<string>;
  await page.keyboard.press("Tab");
  expect(await focused()).toBe("Skip to main content");
  expect(await page.evaluate("document.activeElement.getBoundingClientRect().height > 20")).toBe(true);
  const order: string[] = [];
  for (let at = 0; at < 6; at += 1) {
    await page.keyboard.press("Tab");
    order.push(await focused());
    const style = (await page.evaluate(
      "(({ outlineStyle, outlineWidth, boxShadow, backgroundColor }) => outlineStyle + outlineWidth + boxShadow + backgroundColor)(getComputedStyle(document.activeElement))",
    )) as string;
    expect([order.at(-1), /none0px.*none.*rgba\(0, 0, 0, 0\)/.test(style)]).toEqual([order.at(-1), false]);
  }
  expect(order).toEqual(["Lanyard", "Log out", "Sync queues", "Problems", "Courses", "Held snapshots"]);
  await page.goto("/console");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  expect(await page.evaluate("document.activeElement.id")).toBe("maincontent");
  await context.close();
});

test("filters and headings are links and forms: the address is the state", async () => {
  const context = await visitor(1280, false);
  const page = await signedIn(context);
  await page.getByLabel("Organisation").selectOption("ZQA");
  await page.getByRole("button", { name: "Apply" }).click();
  expect(new URL(page.url()).searchParams.get("organisation")).toBe("ZQA");
  const rows = await page.locator("table").first().locator("tbody tr").allInnerTexts();
  expect(rows.length).toBeGreaterThan(1);
  for (const row of rows) expect(row).toContain("Northbridge");
  await page.getByRole("link", { name: "Waiting", exact: true }).click();
  expect(new URL(page.url()).search).toBe("?organisation=ZQA&sort=waiting");
  await context.close();
});

test("a trust's administrator sees the own trust's queues and nobody else's", async () => {
  const context = await visitor(1280, true);
  const page = await signedIn(context, operators.trust);
  const text = await page.locator("main").textContent();
  expect(text).toContain("Northbridge");
  for (const other of ["Eastmoor", "Saltmarsh", "Kingsmere"]) expect(text).not.toContain(other);
  expect((await page.goto("/console/connections/zqb-esr"))!.status()).toBe(404);
  await context.close();
});

test("the canary: no name, birth date, user name or staff number of anybody is on any page", async () => {
  for (const operator of Object.values(operators)) {
    const context = await visitor(1280, true);
    const page = await signedIn(context, operator);
    // Looked up as words, as pairs of words and as what stands between spaces: one pass over the pages, whatever the number of people.
    const shown = new Set<string>();
    for (const address of (await addresses(page)).values()) {
      await page.goto(address);
      // The operator's own name stands in the header.
      const html = (await page.content()).replaceAll(operator, "").toLowerCase();
      const words = html.split(/[^\p{L}\p{N}'’-]+/u);
      for (const [at, word] of words.entries()) shown.add(word).add(`${word} ${words[at + 1]}`);
      for (const part of html.split(/[\s"<>=&;,()]+/)) shown.add(part);
    }
    expect(shown.size).toBeGreaterThan(1000);
    const found: string[] = [];
    const look = (what: string | undefined, least = 4) => {
      if (what && what.length >= least && shown.has(what.toLowerCase())) found.push(what);
    };
    for (const person of served.sandbox.population.people) {
      look(`${person.given} ${person.family}`);
      look(`${person.family} ${person.given}`);
      for (const one of [person.family, person.previousFamily, person.birthDate, person.birthDate.replaceAll("-", ""), person.niNumber])
        look(one);
      for (const { email, employeeNumber } of person.employments) for (const one of [email, employeeNumber]) look(one);
    }
    for (const { key } of await served.hub.rows("select source_key as key from staff.source_person")) look(key, 5);
    expect([...new Set(found)]).toEqual([]);
    expect(served.sandbox.population.people.length).toBeGreaterThan(500);
    await context.close();
  }
}, 280_000);

test("the unmapped course: a wrong form says where, the preview what would change, and applying does exactly that", async () => {
  const context = await visitor(320, false);
  const judging = await visitor(320, true);
  const judge = await judging.newPage();
  const page = await signedIn(context, operators.trust);
  const check = async () => {
    expect(await violations(await shownAgain(page, judge))).toEqual([]);
    expect(await overflow(page)).toBe(0);
  };
  await page.goto("/console/courses");
  await page.getByRole("link", { name: "IPC Level 2 (2026)" }).click();
  await page.getByRole("button", { name: "Preview" }).click();
  expect(await page.title()).toMatch(/^Error: /);
  await page.getByRole("link", { name: "Choose what the course awards" }).click();
  expect(await page.evaluate("document.activeElement.id")).toBe("choice-1");
  await check();
  await page.getByRole("radio", { name: "Infection prevention and control (Level 2)" }).check();
  await page.getByLabel("Reason").fill("The same content as the national course");
  await page.getByRole("button", { name: "Preview" }).click();
  expect(await page.locator("h1").textContent()).toBe("37 will change, 0 fail");
  await check();
  expect(await served.hub.count("learning.achievement", "mapping = 'UNMAPPED'")).toBe(37);
  await page.getByRole("button", { name: "Apply" }).click();
  expect(await page.locator("h1").textContent()).toBe("37 changed");
  await check();
  expect(await served.hub.count("learning.achievement", "mapping = 'UNMAPPED'")).toBe(0);
  await page.goto("/console/courses");
  expect(await page.locator("main").textContent()).toContain("Every course that somebody has finished is mapped.");
  await context.close();
  await judging.close();
});
