import { connectionPage } from "./connection";
import { applyPage, coursePage, previewPage } from "./course";
import { coursesPage } from "./courses";
import { esrPage } from "./esr";
import { esrFilePage } from "./esr-file";
import { decideHeldPage, heldListPage, heldPage } from "./held";
import type { Answer, Visit } from "./page";
import { problemPage, problemsPage } from "./problems";
import { queuesPage } from "./queues";
import { replayPage, replaysPage } from "./replays";
import { rowsPage } from "./rows";

export interface Route {
  readonly method: "GET" | "POST";
  readonly path: RegExp;
  readonly page: (visit: Visit) => Promise<Answer>;
}

/** Every page behind the sign-in. */
export const routes: readonly Route[] = [
  { method: "GET", path: /^\/console$/, page: queuesPage },
  { method: "GET", path: /^\/console\/connections\/([^/]+)$/, page: connectionPage },
  { method: "GET", path: /^\/console\/rows$/, page: rowsPage },
  { method: "GET", path: /^\/console\/problems$/, page: problemsPage },
  { method: "GET", path: /^\/console\/problems\/([^/]+)$/, page: problemPage },
  { method: "GET", path: /^\/console\/esr$/, page: esrPage },
  { method: "GET", path: /^\/console\/esr\/([^/]+)$/, page: esrFilePage },
  { method: "GET", path: /^\/console\/courses$/, page: coursesPage },
  { method: "POST", path: /^\/console\/courses\/apply$/, page: applyPage },
  { method: "GET", path: /^\/console\/courses\/([^/]+)$/, page: coursePage },
  { method: "POST", path: /^\/console\/courses\/([^/]+)\/preview$/, page: previewPage },
  { method: "GET", path: /^\/console\/held$/, page: heldListPage },
  { method: "GET", path: /^\/console\/held\/([^/]+)$/, page: heldPage },
  { method: "POST", path: /^\/console\/held\/([^/]+)\/(release|refuse)$/, page: decideHeldPage },
  { method: "GET", path: /^\/console\/replays$/, page: replaysPage },
  { method: "GET", path: /^\/console\/replays\/([^/]+)$/, page: replayPage },
];
