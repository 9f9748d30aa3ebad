/** A decision in words: who, what, about whom; a code that this app does not know never reaches the screen. */
import { expect, test } from "vitest";
import { type AuditEvent, aboutWords, eventWords, whoWords } from "../../src/screens/office/audit.ts";

const event = (given: Partial<AuditEvent>): AuditEvent => ({ n: 1, at_ms: 0, account: "a-1", person: "", event: "revoked", about: "", device: "", detail: {}, ...given });
const names = (id: string): string => (id === "v1" ? "青石沟" : "");

test("a person has his name, the system and the machine say so, and an id is never shown", () => {
  expect(whoWords(event({ person: "王建国", account: "cli" }))).toBe("王建国");
  expect(whoWords(event({ account: "cli" }))).toContain("管理员");
  expect(whoWords(event({ account: "0193e0a0-0000" }))).not.toContain("0193");
});

test("what it concerns is told with names, and codes are left out", () => {
  expect(aboutWords(event({ about: "李四", device: "李四的手机", detail: { role: "branch_secretary", village: "v1" } }), names)).toBe("李四 · 李四的手机 · 村党支部书记 · 青石沟");
  expect(aboutWords(event({ detail: { creates: 2, updates: 0, records: 9 } }), names)).toContain("2");
  expect(aboutWords(event({ detail: { role: "emperor", village: "v9", replica: "r", field: "nothing" } }), names)).toBe("–");
  expect(aboutWords(event({ detail: { field: "start_at" } }), names)).not.toBe("–");
});

test("a decision of a newer server has words, too", () => {
  expect(eventWords("revoked")).toBe("停用手机");
  expect(eventWords("never-heard-of")).toBe("其他操作");
});
