/** V8: status 200 and no data: a login page, an error, plain text. None of it may read as "there is nothing". */
import type { Fault } from "../fault";
import { openVendor, pick } from "../kit/vendors";

const expected = {
  "login-page": ["LOGIN_PAGE"],
  "plain-text": ["NOT_JSON"],
  "error-json": ["UNEXPECTED_ANSWER", "NOT_JSON", "VENDOR_ERROR"],
} as const;

export const fault: Fault = {
  id: "V8",
  shortSeeds: 6,
  async run(arena) {
    const vendor = await openVendor(arena);
    const kind = pick(arena, ["login-page", "error-json", "plain-text"] as const);
    if (arena.random() < 0.7) await vendor.beforehand();
    vendor.strike(kind);
    await vendor.failsWith(...expected[kind]);
    await vendor.nothingGone();
    return vendor.recover();
  },
};
