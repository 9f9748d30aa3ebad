import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { reactionTo } from "../src/sync/reaction.ts";

/** The server's catalogue, read from its source, so that a new slug cannot be forgotten here. */
function catalogue(): { slug: string; status: number; action: string }[] {
  const source = readFileSync(new URL("../../server/domain/problems.py", import.meta.url), "utf8");
  const entry = /Entry\(\s*"([a-z-]+)", (\d+|None), "[^"]*",\s*"([a-z]+)"/g;
  return [...source.matchAll(entry)].map((found) => ({ slug: found[1] ?? "", status: Number(found[2]), action: found[3] ?? "" }));
}

const EXPECTED: Record<string, string> = {
  "malformed-request": "halt",
  "unknown-replica": "enrol",
  "not-allowed": "halt",
  "not-found": "halt",
  "method-not-allowed": "halt",
  "unsupported-media-type": "halt",
  "invitation-invalid": "enrol",
  "too-many-tries": "retry",
  "replica-revoked": "drain",
  "change-gap": "errands",
  "replica-forked": "errands",
  "epoch-changed": "errands",
  "batch-too-large": "split",
  "upgrade-required": "no-pull",
  "too-many-requests": "retry",
  busy: "retry",
  "storage-full": "retry",
  "step-up-needed": "halt",
  "last-office-holder": "halt",
  "sign-in-refused": "halt",
  "passkey-refused": "halt",
  "no-passkeys-here": "halt",
  "already-decided": "halt",
  "content-damaged": "halt",
  "no-chinese-font": "retry",
  "unprintable-character": "retry",
};

it("does something about every problem that a request can meet", () => {
  const met = catalogue().filter(({ status }) => Number.isFinite(status));
  expect(met.length).toBeGreaterThanOrEqual(17);
  for (const { slug, status, action } of met) {
    const reaction = reactionTo({ slug, status, title: slug, device_action: action }, "push");
    expect([slug, reaction.do]).toEqual([slug, EXPECTED[slug]]);
  }
});

it("follows device_action for a problem it does not know, and retries what a server cannot explain", () => {
  const unknown = (device_action: string | undefined, status: number) =>
    reactionTo({ slug: "new", status, title: "new", device_action }, "pull").do;
  expect(unknown("split", 413)).toBe("split");
  expect(unknown("rebuild", 409)).toBe("errands");
  expect(unknown("enrol", 401)).toBe("enrol");
  expect(unknown(undefined, 500)).toBe("retry");
  expect(unknown("stop", 400)).toBe("halt");
});
