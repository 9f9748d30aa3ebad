/** Which papers of a round somebody may print, and under which name they are saved. */

export type Paper = "forms" | "tally" | "letters";
const PAPERS: { paper: Paper; roles: string[]; in: string[] }[] = [
  { paper: "forms", roles: ["pbo"], in: ["issued", "open", "closed"] },
  { paper: "tally", roles: ["pbo", "committee_secretary", "scrutineer"], in: ["counted", "certified", "published"] },
  { paper: "letters", roles: ["pbo", "committee_secretary"], in: ["certified", "published"] },
];
export const MOST_FORMS = 100;
const MOST_NUMBER = 999_999;

export const papersOf = (state: string, roles: string[]): Paper[] =>
  PAPERS.filter((one) => one.in.includes(state) && one.roles.some((role) => roles.includes(role))).map(({ paper }) => paper);

/** The range as numbers; undefined where it is none that the server prints. */
export function rangeOf(first: string, count: string): { first: number; count: number } | undefined {
  const [from, many] = [first, count].map((typed) => (/^[0-9]{1,6}$/.test(typed.trim()) ? Number(typed) : 0)) as [number, number];
  return from >= 1 && many >= 1 && many <= MOST_FORMS && from + many - 1 <= MOST_NUMBER ? { first: from, count: many } : undefined;
}

/** Groups and subjects as the issued manifest names them. */
export function namesOf(manifest: string): { groups: { slug: string; name: string }[]; subjects: { id: string; name: string }[] } {
  if (manifest === "") return { groups: [], subjects: [] };
  return JSON.parse(manifest) as { groups: { slug: string; name: string }[]; subjects: { id: string; name: string }[] };
}

/** What no file system takes is left out. */
export const fileName = (...parts: string[]): string => `${parts.join(" ").replace(/[\\/:*?"<>|]/g, "")}.pdf`;
