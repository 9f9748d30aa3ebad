/** Codes as people type them, aliases, search in both scripts, what a form hands back. */
import { expect, test } from "vitest";
import { whyMissing } from "../../src/parts/missing.ts";
import { finds, learnFolds } from "../../src/domain/folding.ts";
import folds from "../../src/domain/folds.json";
import { filled, setChanges } from "../../src/parts/editor.ts";
import { codeFault, codeOf, codeShown, invitedCode, pinFault } from "../../src/screens/start/invitation.ts";
import { nextAlias } from "../../src/screens/visit/alias.ts";

test("a code is forgiven its case, its dash and the letters that look like digits", () => {
  expect(codeOf(" abcde-1o2il ")).toBe("ABCDE10211");
  expect(codeOf("ＡＢＣＤＥ１２３４５")).toBe("ABCDE12345");
  expect(codeShown("abcde12345")).toBe("ABCDE-12345");
  expect(codeFault("ABCDE-1234")).not.toBe("");
  expect(codeFault("ABCDE-1234U")).not.toBe("");
  expect(codeFault("ABCDE-12345")).toBe("");
  expect(invitedCode("#i=ABCDE12345")).toBe("ABCDE12345");
  expect(invitedCode("#x=1")).toBe("");
});

test("a passphrase is counted in characters, not in code units", () => {
  expect(pinFault("一二三四五六七八九")).not.toBe("");
  expect(pinFault("一二三四五六七八九十")).toBe("");
  expect(pinFault("𠀀𠀀𠀀𠀀𠀀")).not.toBe("");
});

test("aliases are handed out in the order of the stems, and never twice", () => {
  expect(nextAlias("党员", [])).toBe("党员甲");
  expect(nextAlias("党员", ["党员甲", "群众乙"])).toBe("党员乙");
  const all = [..."甲乙丙丁戊己庚辛壬癸"].map((stem) => `党员${stem}`);
  expect(nextAlias("党员", all)).toBe("党员11");
});

test("search finds a name in either script", () => {
  learnFolds(folds);
  expect(finds("楊家莊", "杨家庄")).toBe(true);
  expect(finds("杨家", "楊家莊")).toBe(true);
  expect(finds("石板", "杨家庄")).toBe(false);
  expect(finds("", "杨家庄")).toBe(true);
  expect(finds("９９０", "990101101201")).toBe(true);
});

test("a new record holds what was filled in, a set says what came and went", () => {
  expect(filled({ a: "", b: [], c: null, d: 0, e: false, f: "x" })).toEqual({ d: 0, e: false, f: "x" });
  expect(setChanges(["study", "duty"], ["duty", "effect"])).toEqual({ added: ["effect"], removed: ["study"] });
});

test("a screen that cannot be loaded is a new version only where one waits", () => {
  expect(whyMissing(true, false)).toBe("update");
  expect(whyMissing(false, false)).toBe("offline");
  expect(whyMissing(false, true)).toBe("unreachable");
});
