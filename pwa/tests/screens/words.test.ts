/** Everything a person can read stands in both catalogues, in words. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import kinds from "../../src/domain/kinds.json";
import en from "../../src/i18n/en.json";
import zh from "../../src/i18n/zh.json";

const SOURCE = new URL("../../src", import.meta.url).pathname;
const CATALOGUE = ["problems.py", "ballot/refusals.py"].map((file) => new URL(`../../../server/domain/${file}`, import.meta.url).pathname);

function flat(tree: object, path = ""): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === "string") found.set(path + key, value);
    else for (const [inner, words] of flat(value as object, `${path}${key}.`)) found.set(inner, words);
  }
  return found;
}

function sources(folder = SOURCE): { name: string; code: string }[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return /\.(ts|vue)$/.test(entry.name) ? [{ name: path, code: readFileSync(path, "utf8") }] : [];
  });
}

const chinese = flat(zh);
const english = flat(en);
const all = sources();

describe("the two catalogues", () => {
  test("have the same keys", () => {
    expect([...english.keys()].sort()).toEqual([...chinese.keys()].sort());
  });

  test("take the same words in", () => {
    const holes = (words: string): string[] => [...words.matchAll(/\{(\w+)\}/g)].map((match) => match[1] as string).sort();
    for (const [key, words] of chinese) expect([key, holes(english.get(key) ?? "")]).toEqual([key, holes(words)]);
  });

  test("no English word leaks into Chinese", () => {
    const NAMES = /Excel|WPS|Chrome|iOS|MB|https?:\/\/|\.csv|\.xlsx|\{\w+\}/g;
    const leaks = [...chinese].filter(([key, words]) => key !== "mine.other-language" && /[A-Za-z]{2,}/.test(words.replace(NAMES, "")));
    expect(leaks).toEqual([]);
  });
});

test("every key that a screen names is there", () => {
  const named = all.flatMap(({ code }) => [...code.matchAll(/\bt\(\s*["']([a-z0-9_.-]+)["']/g)].map((match) => match[1] as string));
  expect(named.length).toBeGreaterThan(200);
  expect(named.filter((key) => !chinese.has(key))).toEqual([]);
});

describe("problems", () => {
  const server = [...CATALOGUE.map((file) => readFileSync(file, "utf8")).join("").matchAll(/Entry\(\s*"([a-z-]+)"/g)].map((match) => match[1] as string);
  const phone = all.flatMap(({ code }) => [...code.matchAll(/problem\("([a-z-]+)"|slug: "([a-z-]+)"/g)].map((match) => (match[1] ?? match[2]) as string));

  test("both lists were found", () => {
    expect(server.length).toBeGreaterThan(20);
    expect(phone.length).toBeGreaterThan(10);
  });

  test.each([...new Set([...server, ...phone])])("%s says what happened, whether the work is safe, what to tap", (slug) => {
    for (const part of ["what", "safe", "tap"]) {
      expect(chinese.get(`problem.${slug}.${part}`) ?? "").toMatch(/[\u4e00-\u9fff]/);
      expect(english.get(`problem.${slug}.${part}`) ?? "").not.toBe("");
    }
  });
});

describe("kinds", () => {
  const written = Object.entries(kinds.kinds).filter(([, kind]) => kind.offline);
  const SILENT = ["cycle_id", "is_demo", "children", "late", "captured_offline", "visit_id", "interview_id", "voice_ref", "addenda", "origin", "origin_id", "subject_id", "redacted_text", "signed", "promoted_to", "sex", "political_status"];

  test.each(written)("%s and its fields have names", (name, kind) => {
    expect(chinese.has(`kind.${name}`)).toBe(true);
    const unnamed = Object.keys(kind.fields).filter((field) => !SILENT.includes(field) && !chinese.has(`field.${field}`));
    expect(unnamed).toEqual([]);
  });

  test("every code that a person may choose or meet has words", () => {
    const groups = ["area", "doc_type", "found", "category", "consent", "opinion_kind", "about", "followup_progress"];
    const missing: string[] = [];
    for (const [, kind] of written) {
      for (const [field, spec] of Object.entries(kind.fields as Record<string, { values?: string[] }>)) {
        if (!groups.includes(field)) continue;
        for (const code of spec.values ?? []) if (!chinese.has(`${field}.${code}`)) missing.push(`${field}.${code}`);
      }
    }
    expect(missing).toEqual([]);
    const states = kinds.kinds.visit.fields.state.values as string[];
    expect(states.filter((state) => !chinese.has(`state.${state}`))).toEqual([]);
  });
});
