import { mkdirSync } from "node:fs";
import path from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { launchChromium, overflow, smallTargets, violations } from "./browser";
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
  found.set("esr", "/console/esr");
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
      const shoot = async (name: string) => {
        if (!pictures || !javaScript) return;
        mkdirSync(pictures, { recursive: true });
        await page.screenshot({ path: path.join(pictures, `${name}-${width}.png`), fullPage: true });
      };
      const check = async (name: string) => {
        await shoot(name);
        expect([name, await violations(page)]).toEqual([name, []]);
        expect([name, await overflow(page)]).toEqual([name, 0]);
        expect([name, await smallTargets(page)]).toEqual([name, []]);
        expect(await page.getByText("Synthetic people. Not an NHS service.").count()).toBe(1);
      };
      await page.goto("/console");
      await check("sign-in");
      await page.getByRole("button", { name: `Sign in as ${operators.ops}` }).click();
      await page.waitForURL("**/console");
      const pages = await addresses(page);
      expect(pages.size).toBeGreaterThan(14);
      for (const [name, address] of pages) {
        await page.goto(address);
        await check(name);
      }
      await page.getByRole("button", { name: "Log out" }).click();
      await page.waitForURL("**/console/sign-in");
      await page.goto("/console/problems");
      expect(page.url()).toContain("/console/sign-in?next=");
      await context.close();
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
  expect(order).toEqual(["Lanyard", "Log out", "Sync queues", "Problems", "Courses", "ESR files"]);
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
  const context = await visitor(1280, true);
  for (const operator of Object.values(operators)) {
    const page = await signedIn(context, operator);
    let shown = "";
    for (const address of (await addresses(page)).values()) {
      await page.goto(address);
      // The operator's own name stands in the header.
      shown += (await page.content()).replaceAll(operator, "").toLowerCase();
    }
    const words = new Set(shown.split(/[^\p{L}\p{N}'-]+/u));
    const found: string[] = [];
    for (const person of served.sandbox.population.people) {
      const whole = [
        `${person.given} ${person.family}`,
        person.birthDate,
        person.niNumber,
        ...person.employments.flatMap((it) => [it.email, it.employeeNumber]),
      ];
      found.push(...whole.filter((it): it is string => typeof it === "string" && it.length > 5 && shown.includes(it.toLowerCase())));
      if (person.family.length >= 4 && words.has(person.family.toLowerCase())) found.push(person.family);
    }
    for (const { key } of await served.hub.rows("select source_key as key from staff.source_person"))
      if (key.length > 4 && words.has(key.toLowerCase())) found.push(key);
    expect([...new Set(found)]).toEqual([]);
    expect(served.sandbox.population.people.length).toBeGreaterThan(500);
    await page.getByRole("button", { name: "Log out" }).click();
    await page.close();
  }
  await context.close();
}, 280_000);
