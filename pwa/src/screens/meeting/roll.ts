/** The roll as it is pasted: 姓名, 组, 账号, 回避村; every fault with its row, nothing taken while there is one. Pure. */

export interface Known {
  groups: { slug: string; names: string[] }[];
  /** `label` tells two people of one name apart. */
  accounts: { id: string; name: string; label: string }[];
  subjects: { id: string; village: string }[];
}
export interface PastedRow {
  /** Line in what was pasted, from 1. */
  row: number;
  name: string;
  group: string;
  account: string | null;
  recusals: string[];
}
export interface RowFault {
  row: number;
  /** What is wrong, as a key below `roll.`, and the word it is wrong with. */
  key: "fault-name" | "fault-group" | "fault-account" | "fault-two" | "fault-village" | "fault-twice";
  word: string;
}

const MOST_NAME = 40;
const NONE = ["无", "-", "—", "纸质", "没有"];
const HEAD = ["姓名", "名字", "name"];

/** Shape: `rows` what would be put on the roll; `faults` by row. One account that has the name is taken where the cell is empty. */
export function readRoll(pasted: string, known: Known): { rows: PastedRow[]; faults: RowFault[] } {
  const rows: PastedRow[] = [];
  const faults: RowFault[] = [];
  const lines = pasted.split(/\r?\n/).map((line, at) => ({ row: at + 1, cells: line.split(/\t|,|，/).map((cell) => cell.trim()) }));
  for (const { row, cells } of lines) {
    const [name = "", group = "", account = "", ...away] = cells;
    if (cells.every((cell) => cell === "") || (row === 1 && HEAD.includes(name.toLowerCase()))) continue;
    const read = oneRow({ name, group, account, away: away.join("、") }, known);
    if (read.fault) faults.push({ row, ...read.fault });
    else rows.push({ row, ...read.found });
  }
  return { rows, faults: [...faults, ...doubles(rows)].sort((one, other) => one.row - other.row) };
}

type Cells = { name: string; group: string; account: string; away: string };
type Read = { fault: Omit<RowFault, "row">; found?: undefined } | { fault?: undefined; found: Omit<PastedRow, "row"> };

function oneRow({ name, group, account, away }: Cells, known: Known): Read {
  const wrong = (key: RowFault["key"], word: string): Read => ({ fault: { key, word } });
  if (name === "" || [...name].length > MOST_NAME) return wrong("fault-name", name);
  const slug = known.groups.find((one) => one.slug === group || one.names.includes(group))?.slug;
  if (!slug) return wrong("fault-group", group);
  const who = accountOf(name, account, known);
  if (typeof who === "object" && who !== null) return wrong(who.key, account || name);
  const villages = away.split(/[、;；,，\s]+/).filter(Boolean);
  const found = villages.map((village) => ({ village, id: known.subjects.find((one) => sameVillage(one.village, village))?.id }));
  const unknown = found.find(({ id }) => !id);
  if (unknown) return wrong("fault-village", unknown.village);
  return { found: { name, group: slug, account: who, recusals: [...new Set(found.map(({ id }) => id as string))] } };
}

function accountOf(name: string, cell: string, known: Known): string | null | { key: "fault-account" | "fault-two" } {
  if (NONE.includes(cell)) return null;
  const meant = cell || name;
  const found = known.accounts.filter((one) => one.label === meant || one.name === meant);
  if (found.length > 1) return { key: "fault-two" };
  if (found.length === 0 && cell) return { key: "fault-account" };
  return found[0]?.id ?? null;
}

/** What the server refuses of a roll, by row. Shape: pointers `/rows/<from 0>/<field>` → key below `roll.` */
export function serverFaults(errors: { pointer: string }[] = []): { row: number; key: string }[] {
  return errors.flatMap(({ pointer }) => {
    const [, row, field = ""] = /^\/rows\/(\d+)(?:\/(\w+))?/.exec(pointer) ?? [];
    if (row === undefined) return [];
    return [{ row: Number(row) + 1, key: FIELDS.includes(field) ? `wrong-${field}` : "wrong-other" }];
  });
}

const FIELDS = ["id", "name", "group", "account", "recusals"];
const sameVillage = (one: string, other: string): boolean => one !== "" && one.replace(/村$/, "") === other.replace(/村$/, "");

/** One account twice, or one name twice in a group with nothing to tell them apart. */
function doubles(rows: PastedRow[]): RowFault[] {
  const seen = new Set<string>();
  return rows.flatMap((row) => {
    const key = row.account ?? `${row.group}/${row.name}`;
    if (!seen.has(key)) {
      seen.add(key);
      return [];
    }
    return [{ row: row.row, key: "fault-twice" as const, word: row.name }];
  });
}
