import { Button } from "nhsuk-react-components";
import { Csrf } from "./components/parts";
import type { Page } from "./page";
import type { Operator } from "./session";
import { urls } from "./urls";

const roles = {
  ops: "ESR team: every trust's queues",
  "trust-admin": "Trust administrator: the own trust's queues and course map",
} as const;

/** The operators of the demonstration, each a form of its own: nobody has to type a name that stands on the page. */
export function signInPage(operators: readonly Operator[], csrf: string, next: string): Page {
  return {
    title: "Sign in",
    body: (
      <>
        <h1 className="nhsuk-heading-l">Sign in to the demonstration</h1>
        <p>
          In demonstration mode there is no password: choose whose work you want to see. A hub in production has no sign-in of this kind.
        </p>
        {operators.length === 0 ? (
          <p>
            No operator is named. Add one to <code>console.operators</code> of lanyard.yaml and start again.
          </p>
        ) : (
          operators.map((operator) => (
            <form key={`${operator.name} ${operator.role}`} className="console-sign-in" method="post" action={urls.signIn()}>
              <Csrf token={csrf} />
              <input type="hidden" name="operator" value={operator.name} />
              <input type="hidden" name="next" value={next} />
              <p className="nhsuk-u-margin-bottom-2">
                {roles[operator.role]}
                {operator.organisation ? ` (${operator.organisation})` : ""}
              </p>
              <Button>Sign in as {operator.name}</Button>
            </form>
          ))
        )}
      </>
    ),
  };
}

export function signInNotConfigured(): Page {
  return {
    status: 503,
    title: "Sign-in is not configured",
    body: (
      <>
        <h1 className="nhsuk-heading-l">Sign-in is not configured</h1>
        <p>This hub runs in production mode, where nobody signs in without a password. The console stays closed until sign-in is set up.</p>
        <p>
          Until then the commands answer the same questions: <code>lanyard status</code> and <code>lanyard problems</code>.
        </p>
      </>
    ),
  };
}
