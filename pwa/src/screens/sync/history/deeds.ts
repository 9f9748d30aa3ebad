/** The history of a record in words: who, when, on which phone, and field by field what it was before and after. */
import type { Core, Fields } from "../../../contract.ts";
import { type Piece, piecesOf } from "../../../domain/differences.ts";
import { flat, specOf } from "../../../domain/kinds.ts";
import { text } from "../../../domain/visiting.ts";
import { t } from "../../../i18n/words.ts";
import { accountName } from "../../../parts/names.ts";
import { codeWords, fieldWords } from "../../../parts/problems.ts";
import { valueWords } from "../values.ts";
import { whenWords } from "../conflicts/versions.ts";

/** One change as the server tells it (docs/wire.md), or as this phone knows its own. */
export interface Deed {
  n: number;
  replica: string;
  label: string;
  account: string;
  person: string;
  action: string;
  command: string | null;
  fields: Fields;
  outcome: string;
  captured_at_ms: number;
  erased: boolean;
  withheld: boolean;
}

export interface DeedLine {
  key: string;
  action: string;
  who: string;
  outcome: string;
  outcomeWords: string;
  /** Instead of its content: taken back, or written where this reader may not look. */
  covered: string;
  changes: { name: string; before: string; after: string; pieces?: Piece[] }[];
}

/** What the server told, with what of it waits on this phone; without a server what this phone itself did. */
export function deedsOf(core: Core, id: string, told: Deed[] | undefined): Deed[] {
  const own = core.history(id).filter((item) => !told || item.outcome === "waiting");
  const me = core.me();
  const mine = own.map((item): Deed => {
    const { n, action, fields, outcome, at_ms: captured_at_ms, erased } = item;
    const settled = action === "settle" ? settledField(core, id, fields) : fields;
    return { n, replica: me?.replica ?? "", label: "", account: me?.account ?? "", person: "", action, command: null, fields: settled, outcome, captured_at_ms, erased: erased === true, withheld: false };
  });
  return [...(told ?? []), ...mine];
}

/** A choice in a conflict is kept under the field that it decided. */
function settledField(core: Core, id: string, fields: Fields): Fields {
  const open = core.children(id, "conflict").find((conflict) => conflict.fields.status === "settled" && conflict.fields.settled_value === fields.value);
  return open ? { [String(open.fields.field)]: fields.value } : {};
}

/** The deeds as lines, oldest first; a value that did not get into the record is not the next one's "before". */
export function deedLines(core: Core, kind: string, deeds: Deed[]): DeedLine[] {
  const stood = new Map<string, unknown>();
  return deeds.map((deed) => {
    const covered = deed.erased ? t("history.erased") : deed.withheld ? t("history.withheld") : "";
    const changes = covered ? [] : changesOf(kind, deed, stood);
    return {
      key: `${deed.replica}/${deed.n}`,
      action: codeWords("action", deed.command ?? deed.action) || t("action.other"),
      who: originWords(core, deed),
      outcome: deed.outcome,
      outcomeWords: codeWords("outcome", deed.outcome) || t("outcome.other"),
      covered,
      changes,
    };
  });
}

/** Who, when, on which phone; one line. */
export const originWords = (core: Core, deed: Deed): string =>
  [whoWords(deed), whenWords(deed.captured_at_ms), phoneWords(core, deed)].filter(Boolean).join(" · ");

const whoWords = (deed: Deed): string => deed.person || accountName(deed.account);

const phoneWords = (core: Core, deed: Deed): string => (deed.replica === core.me()?.replica ? t("conflicts.this-phone") : deed.label);

function changesOf(kind: string, deed: Deed, stood: Map<string, unknown>): DeedLine["changes"] {
  const reached = deed.outcome === "applied" || deed.outcome === "merged" || deed.outcome === "waiting" || deed.outcome === "released";
  return Object.entries(flat(kind, deed.fields)).flatMap(([field, value]) => {
    const before = stood.get(field);
    if (reached) stood.set(field, value);
    const name = field === "deleted" ? t("conflicts.deleting") : fieldWords(kind, field.split("/")[0] ?? field);
    if (!name) return [];
    const known = before !== undefined && deed.action !== "add" && deed.action !== "remove";
    const change = { name, before: known ? valueWords(kind, field, before) : "", after: valueWords(kind, field, value) };
    const compared = known && specOf(kind, field)?.type === "text" && text(before) !== "" && text(value) !== "";
    return [compared ? { ...change, pieces: piecesOf([text(before), text(value)])[1] ?? [] } : change];
  });
}
