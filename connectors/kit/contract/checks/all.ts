import type { Check } from "../contract";
import { absence } from "./absence";
import { access } from "./access";
import { data } from "./data";
import { goingOn } from "./going-on";
import { pages } from "./pages";
import { trouble } from "./trouble";

/** What can be told of a body that a vendor would push: nothing is asked for, so nothing can be missed. */
export const pushedChecks: readonly Check[] = data.filter(({ id }) => id !== "id-stays");

/** In the order in which a vendor cures them. */
export const checks: readonly Check[] = [...access, ...data, ...pages, ...goingOn, ...absence, ...trouble];
