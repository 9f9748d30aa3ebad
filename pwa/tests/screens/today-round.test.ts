/** 今日 names the round that somebody has to bring to its end, to those who run it and to nobody else. */
import { expect, test } from "vitest";
import type { Core, View } from "../../src/contract.ts";
import { roundsToRun } from "../../src/parts/ballots.ts";

const seen = (role: string, ...states: string[]): unknown[] => {
  const core = { me: () => ({ roles: [{ role }] }), list: () => states.map((state) => ({ fields: { state } }) as unknown as View) };
  return roundsToRun(core as unknown as Core).map(({ fields }) => fields.state);
};

test("whoever runs a round is told of it until it is published or void", () => {
  for (const role of ["pbo", "scrutineer", "teller"]) expect(seen(role, "void", "prepared", "closed", "published")).toEqual(["prepared", "closed"]);
  for (const role of ["evaluator", "branch_secretary", "committee_secretary"]) expect(seen(role, "prepared", "closed")).toEqual([]);
});
