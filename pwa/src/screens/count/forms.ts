/** Paper forms by their numbers: which come next, which came back, and what a clerk types as "1-12, 15". Pure. */

export interface Form {
  form_no: number;
  group: string;
  state: "issued" | "collected" | "spoiled";
  roll_id: string | null;
}
export interface Forms {
  state: string;
  deadline_ms: number;
  forms: Form[];
}

export const MOST_FORM = 999_999;
const MOST_AT_ONCE = 2000;

/** The number after the highest that was ever given out. */
export const nextNo = (forms: Form[]): number => Math.min(MOST_FORM, Math.max(0, ...forms.map((form) => form.form_no)) + 1);

export const formsIn = (forms: Form[], state: Form["state"]): Form[] => forms.filter((form) => form.state === state);

/** A single number as it is printed on a form; undefined where it is none. */
export function readNo(words: string): number | undefined {
  const n = Number(words.trim().normalize("NFKC"));
  return /^\d+$/.test(words.trim().normalize("NFKC")) && n >= 1 && n <= MOST_FORM ? n : undefined;
}

export interface ReadNumbers {
  numbers: number[];
  /** Parts that are no number and no range. */
  wrong: string[];
}

/** Numbers and ranges, parted by commas or spaces. */
export function readNumbers(words: string): ReadNumbers {
  const numbers = new Set<number>();
  const wrong: string[] = [];
  const parts = words.normalize("NFKC").replace(/\s*[-–—~至到]\s*/g, "-").split(/[\s,，、;]+/);
  for (const part of parts.filter(Boolean)) {
    const [from, to] = part.split("-").map(readNo);
    const end = part.includes("-") ? to : from;
    if (from === undefined || end === undefined || end < from || end - from >= MOST_AT_ONCE || part.split("-").length > 2) wrong.push(part);
    else for (let n = from; n <= end; n += 1) numbers.add(n);
  }
  return { numbers: [...numbers].sort((one, other) => one - other), wrong };
}

export interface Sorted {
  /** Given out and not yet noted as back. */
  fresh: number[];
  back: number[];
  /** Never given out, or spoiled: they cannot come back. */
  strange: number[];
}

export function sorted(numbers: number[], forms: Form[]): Sorted {
  const states = new Map(forms.map((form) => [form.form_no, form.state]));
  return {
    fresh: numbers.filter((n) => states.get(n) === "issued"),
    back: numbers.filter((n) => states.get(n) === "collected"),
    strange: numbers.filter((n) => !["issued", "collected"].includes(states.get(n) ?? "")),
  };
}
