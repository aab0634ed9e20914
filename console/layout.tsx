import { SkipLink } from "nhsuk-react-components";
import type { ReactNode } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import type { Assets } from "./assets";
import { Csrf } from "./components/parts";
import type { Page } from "./page";
import type { Operator } from "./session";
import { urls } from "./urls";

export interface Frame {
  readonly assets: Pick<Assets, "style" | "icon">;
  /** Path asked for: which item of the menu is current. */
  readonly path: string;
  readonly demonstration: boolean;
  readonly signedIn: { readonly operator: Operator; readonly csrf: string } | undefined;
}

const menu: readonly (readonly [text: string, to: string, under: RegExp])[] = [
  ["Sync queues", urls.queues(), /^\/console(\/connections\/.*|\/rows)?$/],
  ["Problems", urls.problems(), /^\/console\/problems/],
  ["Courses", urls.courses(), /^\/console\/courses/],
  ["Held snapshots", urls.held(), /^\/console\/held/],
  ["Replays", urls.replays(), /^\/console\/replays/],
  ["ESR files", urls.esr(), /^\/console\/esr/],
];

/** Ours, after nhsuk-frontend's header: its component always draws the logo of the NHS, and this is not the NHS. */
function Header({ path, demonstration, signedIn }: Frame): ReactNode {
  return (
    <header className="nhsuk-header console-header">
      {demonstration ? (
        <div className="console-banner">
          <p className="console-width">Synthetic people. Not an NHS service.</p>
        </div>
      ) : null}
      <div className="nhsuk-header__container console-width">
        <div className="nhsuk-header__service">
          <a className="nhsuk-header__service-name" href={urls.queues()}>
            Lanyard
          </a>
        </div>
        {signedIn ? (
          <div className="console-header__account">
            <p>{signedIn.operator.name}</p>
            <form method="post" action={urls.signOut()}>
              <Csrf token={signedIn.csrf} />
              <button type="submit">Log out</button>
            </form>
          </div>
        ) : null}
      </div>
      {signedIn ? (
        <nav className="nhsuk-header__navigation" aria-label="Menu">
          <div className="nhsuk-header__navigation-container console-width">
            <ul className="nhsuk-header__navigation-list">
              {menu.map(([text, to, under]) => (
                <li
                  key={to}
                  className={`nhsuk-header__navigation-item${under.test(path) ? " nhsuk-header__navigation-item--current" : ""}`}
                >
                  <a className="nhsuk-header__navigation-link" href={to} aria-current={under.test(path) ? "page" : undefined}>
                    {under.test(path) ? <strong className="nhsuk-header__navigation-item-current-fallback">{text}</strong> : text}
                  </a>
                </li>
              ))}
            </ul>
          </div>
        </nav>
      ) : null}
    </header>
  );
}

function Document({ page, frame }: { page: Page; frame: Frame }): ReactNode {
  return (
    <html lang="en-GB">
      <head>
        <meta charSet="utf-8" />
        <title>{`${page.title} - Lanyard`}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
        <meta name="theme-color" content="#005eb8" />
        <link rel="stylesheet" href={urls.asset(frame.assets.style)} />
        <link rel="icon" type="image/svg+xml" href={urls.asset(frame.assets.icon)} />
      </head>
      <body>
        <SkipLink />
        <Header {...frame} />
        <div className="console-width">
          <main className="nhsuk-main-wrapper console-skip-target" id="maincontent" tabIndex={-1}>
            {page.body}
          </main>
        </div>
        <footer className="nhsuk-footer">
          <div className="console-width">
            <div className="nhsuk-footer__meta">
              <p className="nhsuk-body-s">
                Lanyard shows counts, states and whose move it is. Names, dates of birth and results are seen by the trust whose people they
                are.
              </p>
            </div>
          </div>
        </footer>
      </body>
    </html>
  );
}

export function renderPage(page: Page, frame: Frame): string {
  return `<!DOCTYPE html>${renderToStaticMarkup(<Document page={page} frame={frame} />)}`;
}
