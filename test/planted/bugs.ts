/** The bugs that are planted: each has been made by somebody, somewhere, in a system like this one. */
import type { Bug } from "./bug";
import { engineBugs } from "./bugs/engine";
import { leakBugs } from "./bugs/leaks";
import { storeBugs } from "./bugs/store";
import { vendorBugs } from "./bugs/vendors";
import { wallBugs } from "./bugs/walls";

export const bugs: readonly Bug[] = [...storeBugs, ...engineBugs, ...vendorBugs, ...leakBugs, ...wallBugs];
