import type { NormaliseContext } from "../connector";

/** At the door nobody knows yet whose a record is: what any of the connection's organisations has said lets it in. */
export const anyMapOf =
  ({ maps, organisations }: Pick<NormaliseContext<unknown>, "maps" | "organisations">) =>
  (list: string, code: string | undefined): string | undefined => {
    if (code === undefined) return undefined;
    for (const { odsCode } of organisations) {
      const value = maps.codeOf?.(odsCode, list, code);
      if (value !== undefined) return value;
    }
    return undefined;
  };
