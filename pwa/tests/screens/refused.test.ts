/** 被拒收: the reason in words, field by field, and what 改一改再交 sends. */
import { beforeEach, expect, test } from "vitest";
import { hold, type Surroundings } from "../../src/client.ts";
import type { Core, Fields, OutboxItem, Problem } from "../../src/contract.ts";
import { controlOf, isMendable, mayLeaveOut, mended } from "../../src/screens/sync/refused/mending.ts";
import { guardWords, reasonOf, refusedFields } from "../../src/screens/sync/refused/reasons.ts";

beforeEach(() => {
  const core = { get: () => undefined, list: () => [], me: () => undefined, subscribe: () => () => undefined };
  hold(core as unknown as Core, { now: () => 0 } as unknown as Surroundings);
});

function refused(kind: string, fields: Fields, errors: [string, string][] = [], more: Partial<OutboxItem> = {}): OutboxItem {
  const problem: Problem = { slug: "invalid-change", title: "", errors: errors.map(([pointer, detail]) => ({ pointer, detail })) };
  return { n: 4, record: "r", kind, action: "patch", at_ms: 0, state: "quarantined", problem, fields, ...more };
}

test("every field stands with its name and value, the reason first, and what is lacking is named", () => {
  const item = refused("record_check", { note: "缺两次", title: "台账" }, [["/fields/title", "has 130 characters, at most 120 fit"], ["/fields/found", "is needed"]]);
  expect(refusedFields(item).map(({ name, words, reason }) => [name, words, reason])).toEqual([
    ["资料名称", "台账", "写了 130 字，最多 120 字。"],
    ["查看结果", "（空）", "这一项必须填。"],
    ["说明", "缺两次", ""],
  ]);
});

test("a map's key is one field, however the pointer is written", () => {
  for (const pointer of ["/fields/area_notes/study", "/fields/area_notes.study"])
    expect(refusedFields(refused("visit", { "area_notes.study": "x" }, [[pointer, "takes a text"]]))[0]).toMatchObject({ name: "各方面情况 · 学习贯彻", reason: "这一项不合要求。" });
});

test.each([
  ["is needed", "必须填"],
  ["is before the start", "早于"],
  ["lies between 0 and 1440", "0 到 1440"],
  ["takes one of complete, partial", "可选的几项"],
  ["holds a NUL character", "符号"],
  ["is fixed at creation", "不能这样改"],
  ["anything else", "不合要求"],
])("%s is said in Chinese", (detail, words) => {
  expect(reasonOf(detail)).toContain(words);
  expect(reasonOf(detail)).not.toMatch(/[A-Za-z]{2,}/);
});

test("a guard names the state that stood in the way", () => {
  expect(guardWords({ slug: "failed-guard", title: "", detail: "it is cancelled; complete is possible from planned" })).toBe("它现在是“已取消”，不能再“完成”。");
  expect(guardWords({ slug: "failed-guard", title: "", detail: "there is no such village" })).toBe("");
});

test("each kind of value has its control; ids and counters are only shown", () => {
  const controls = ["narrative", "area_notes.study", "followup_progress", "start_at", "planned_for", "village_id", "companions", "state"].map((field) => controlOf("visit", field));
  expect(controls).toEqual(["text", "text", "choice", "ts", "day", "shown", "shown", "shown"]);
  expect([controlOf("interview", "area"), controlOf("interview", "minutes"), controlOf("record_check", "counters.lecture")]).toEqual(["choices", "whole", "shown"]);
});

test("what is sent is the form, without what is left out, with the machinery as it was", () => {
  const item = refused("visit", { narrative: "长", branch_summary: "好" });
  expect(mended(item, { narrative: "短", branch_summary: "好" }, ["branch_summary"])).toEqual({ narrative: "短" });
  const create = refused("interview", { visit_id: "v", alias: "甲" }, [["/fields/category", "is needed"]], { action: "create" });
  expect(mended(create, { visit_id: "v", alias: "甲", category: "masses", answer: "" }, [])).toEqual({ visit_id: "v", alias: "甲", category: "masses" });
  expect([mayLeaveOut(item), mayLeaveOut(create)]).toEqual([true, false]);
});

test("a delete, a choice and a bare command are done again where they stand", () => {
  const bare = (action: string): OutboxItem => refused("visit", {}, [], { action });
  expect([isMendable(bare("delete")), isMendable(bare("settle")), isMendable(bare("command")), isMendable(refused("visit", { narrative: "x" }))]).toEqual([false, false, false, true]);
});
