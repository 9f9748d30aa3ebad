/** The fault run's judge must be able to say no: each planted fault is named. */
import { describe, expect, it } from "vitest";
import type { Finished } from "./scenario.ts";
import { type ServerState, verify } from "./verify.ts";

const visit = { id: "v", kind: "visit", scope: "field:a", seq: 7, deleted: false, fields: { narrative: "two" } };
const change = { change: "c1", replica: "r1", n: 1, record: "v", action: "create", base: 0, fields: { narrative: "one" }, outcome: "applied", seq: 5, problem: null };
const later = { ...change, change: "c2", replica: "r2", action: "patch", base: 5, fields: { narrative: "two" }, seq: 7 };

function world(): { finished: Finished; server: ServerState } {
  const saved = [{ text: "one", sure: true }, { text: "two", sure: true }];
  const finished: Finished = { saved, stuck: [], mirrors: [new Map([["v", 7]])], counts: {} };
  return { finished, server: { changes: [change, later], records: [visit] } };
}

describe("the fault run's judge", () => {
  it("finds nothing wrong where nothing is", () => {
    const { finished, server } = world();
    expect(verify(finished, server)).toEqual({ lost: [], doubled: [], stuck: [], diverged: [], overwritten: [] });
  });

  it("names a text that never arrived", () => {
    const { finished, server } = world();
    finished.saved.push({ text: "three", sure: true }, { text: "perhaps", sure: false });
    expect(verify(finished, server).lost).toEqual(["three"]);
  });

  it("names what arrived twice", () => {
    const { finished, server } = world();
    server.changes.push({ ...later, change: "c3", n: 2, seq: 8 });
    expect(verify(finished, server).doubled).toEqual(["two"]);
  });

  it("names a server fault", () => {
    const { finished, server } = world();
    server.changes.push({ ...later, change: "c3", n: 3, fields: {}, outcome: "quarantined", seq: 0, problem: "server-fault" });
    expect(verify(finished, server).stuck).toHaveLength(1);
  });

  it("names a phone that holds an old row, and one that lacks it", () => {
    const { finished, server } = world();
    finished.mirrors.push(new Map([["v", 5]]), new Map());
    expect(verify(finished, server).diverged).toHaveLength(2);
  });

  it("names a text written over by somebody who had not seen it", () => {
    const { finished, server } = world();
    server.changes[1] = { ...later, base: 4 };
    expect(verify(finished, server).overwritten).toEqual(["narrative of v: one"]);
  });
});
