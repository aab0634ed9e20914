/** Chromium of the machine, and axe in its pages. */
import { existsSync, readFileSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";

export async function launchChromium(): Promise<Browser> {
  const executablePath = process.env.LANYARD_CHROMIUM ?? "/usr/bin/chromium";
  if (!existsSync(executablePath)) {
    throw new Error(
      `There is no Chromium at ${executablePath}. Install it (Debian: apt-get install chromium), or set LANYARD_CHROMIUM to its path.`,
    );
  }
  return chromium.launch({ executablePath, args: ["--no-sandbox"] });
}

const axeSource = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
export const axeTags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Violations as lines: rule, element. Evaluated from outside, so that the page's own policy need not allow a script. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  const found = (await page.evaluate(
    `axe.run(document, { runOnly: { type: "tag", values: ${JSON.stringify(axeTags)} } }).then((result) => result.violations.flatMap((violation) =>
       violation.nodes.map((node) => violation.id + ": " + node.target.join(" ") + " " + node.html.slice(0, 160))))`,
  )) as string[];
  return found;
}

/** The same document as another page shows it, for axe: in a page without JavaScript axe cannot run. */
export async function shownAgain(page: Page, judge: Page): Promise<Page> {
  const address = page.url();
  const body = await page.content();
  await judge.route(address, (route) => route.fulfill({ contentType: "text/html; charset=utf-8", body }), { times: 1 });
  await judge.goto(address);
  return judge;
}

/** Pixels by which the page is wider than its window. */
export async function overflow(page: Page): Promise<number> {
  return (await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")) as number;
}

/** Links, buttons and fields smaller than 24 by 24 pixels that do not stand in a sentence (WCAG 2.2, 2.5.8). */
export async function smallTargets(page: Page): Promise<string[]> {
  return (await page.evaluate(`[...document.querySelectorAll("a, button, select, input:not([type=hidden])")].flatMap((target) => {
    const box = target.getBoundingClientRect();
    const inText = target.tagName === "A" && getComputedStyle(target).display === "inline";
    if (box.width === 0 || inText || target.classList.contains("nhsuk-skip-link")) return [];
    return box.height < 24 || box.width < 24 ? [target.outerHTML.slice(0, 120) + " " + Math.round(box.width) + "x" + Math.round(box.height)] : [];
  })`)) as string[];
}
