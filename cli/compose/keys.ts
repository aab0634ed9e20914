import { mayOperate } from "./acting";
import type { Foundation } from "./foundation";

/** Keys of the intake are the ESR team's to give and to take. Gives who acts. */
export const mayRotateKeys = (foundation: Foundation, operation: string, why?: string): Promise<string> =>
  mayOperate(foundation, { act: "rotate-keys", operation, kind: "intake-key", why });
