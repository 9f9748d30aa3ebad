/** The office's desk: what was put right, who may go where, a step-up that does the work once. */
import { expect, test } from "vitest";
import { officePlaces } from "../../src/parts/places.ts";
import { changed, textsOf } from "../../src/screens/office/quarantine.ts";
import { useStepUp } from "../../src/screens/office/stepup.ts";
import { correctedWords } from "../../src/screens/sync/refused/corrected.ts";
import type { View } from "../../src/contract.ts";

const needed = (how: "password" | "set-password"): object => ({ slug: "step-up-needed", title: "", how });

test("only what the clerk changed goes up; an emptied text takes the field out", () => {
  const fields = { village_id: "v", start_at: 5, state: "planned", narrative: "路灯", branch_summary: "长", reason: "雨" };
  const texts = textsOf(fields);
  expect(texts).toEqual({ narrative: "路灯", branch_summary: "长", reason: "雨" });
  expect(changed(fields, { ...texts, branch_summary: "短", reason: "" })).toEqual({ branch_summary: "短", reason: null });
  expect(changed(fields, texts)).toEqual({});
});

test("the quarantine is the Party-building office's alone; others have no desk", () => {
  const ids = (...roles: string[]): string[] => officePlaces(roles).map((place) => place.id);
  expect(ids("pbo")).toContain("quarantine");
  expect(ids("committee_secretary")).toContain("people");
  expect(ids("committee_secretary")).not.toContain("quarantine");
  expect(ids("leader", "branch_secretary")).toEqual([]);
});

test("at the laptop in the hall the desk holds nothing but the meetings", () => {
  expect(officePlaces(["pbo", "committee_secretary"], true).map((place) => place.id)).toEqual(["meetings"]);
});

test("work that wants a proof is asked for again once the proof is there", async () => {
  const step = useStepUp();
  let tries = 0;
  const result = step.run(async () => {
    tries += 1;
    if (tries === 1) throw needed("set-password");
    return "done";
  });
  await expect.poll(() => step.asked.value).toBe("set-password");
  step.proved();
  expect(await result).toBe("done");
  expect([tries, step.asked.value]).toEqual([2, ""]);
});

test("whoever gives up has done nothing, and any other problem is passed on", async () => {
  const step = useStepUp();
  let tries = 0;
  const result = step.run(async () => {
    tries += 1;
    throw needed("password");
  });
  await expect.poll(() => step.asked.value).toBe("password");
  step.giveUp();
  expect([await result, tries]).toEqual([undefined, 1]);
  await expect(step.run(() => Promise.reject(Object.assign(new Error(), { slug: "not-allowed" })))).rejects.toMatchObject({ slug: "not-allowed" });
});

test("an author reads by name which fields the office put right", () => {
  const notice = (fields: object): View => ({ fields }) as View;
  expect(correctedWords(notice({ change_kind: "visit", corrected: ["branch_summary", "area_notes.study"] }))).toBe("（党建办改正了：当面反馈、各方面情况 · 学习贯彻）");
  expect(correctedWords(notice({ change_kind: "visit", status: "released" }))).toBe("");
});
