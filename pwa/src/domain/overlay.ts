/** The overlay: own changes laid over the mirror until the mirror itself has them (DESIGN 5.3). */
import type { Fields } from "../contract.ts";
import type { Entry, WireChange } from "./change.ts";
import { elementKey, KINDS } from "./kinds.ts";
import { takenBack } from "./withdrawal.ts";

/** How far this replica has got: the last own number the feed has confirmed, and the highest seq the mirror has reached. */
export interface Reached {
  gen: number;
  acked: number;
  seq: number;
}

/** What became of a quarantined change at the desk. */
export type Desk = "released" | "rejected" | undefined;

/** What a person may see of a change: `waiting`, its outcome, or how a quarantined one ended. */
export function stateOf(entry: Entry, desk: Desk): string {
  if (!entry.outcome) return "waiting";
  if (entry.outcome.outcome !== "quarantined") return entry.outcome.outcome;
  return desk ?? (entry.outcome.let_go ? "let-go" : "quarantined");
}

/** True once the overlay of a change is no longer needed: its outcome is known, confirmed by the feed, and in the mirror. */
export function isDropped(entry: Entry, reached: Reached): boolean {
  if (!entry.outcome) return false;
  const confirmed = entry.gen < reached.gen || reached.acked >= entry.n;
  return confirmed && (entry.outcome.seq === undefined || reached.seq >= entry.outcome.seq);
}

/** A record as far as the phone knows it while changes are laid over it. */
export interface Sheet {
  kind: string;
  fields: Fields;
  deleted: boolean;
}

/** The record after one own change. A change of a record that is not there leaves nothing, except a create. */
export function applyOwn(sheet: Sheet | undefined, change: WireChange): Sheet | undefined {
  if (change.action === "create") return created(sheet, change);
  if (!sheet) return undefined;
  switch (change.action) {
    case "patch":
      return { ...sheet, fields: { ...sheet.fields, ...change.fields } };
    case "delete":
      return { ...sheet, deleted: true };
    case "restore":
      return { ...sheet, deleted: false };
    case "add":
    case "remove":
      return { ...sheet, fields: { ...sheet.fields, ...withElements(sheet.fields, change.fields, change.action) } };
    case "command":
      return { ...sheet, fields: { ...sheet.fields, ...change.fields, ...targetState(sheet, change.command ?? "") } };
    case "settle":
      return { ...sheet, fields: { ...sheet.fields, status: "settled", settled_value: change.fields.value } };
  }
}

/** A create on a record that exists is a patch; the server decides the same. */
function created(sheet: Sheet | undefined, change: WireChange): Sheet {
  if (sheet) return { ...sheet, fields: { ...sheet.fields, ...change.fields } };
  const initial = KINDS[change.kind]?.initial[0];
  const fields = initial === undefined ? change.fields : { state: initial, ...change.fields };
  return { kind: change.kind, fields, deleted: false };
}

/** The named sets after elements were added or removed; one that is there already is replaced in its place. */
export function withElements(fields: Fields, named: Fields, action: "add" | "remove"): Fields {
  const after: Fields = {};
  for (const [name, listed] of Object.entries(named)) {
    const elements = new Map(((fields[name] as unknown[] | undefined) ?? []).map((element) => [elementKey(element), element]));
    for (const element of listed as unknown[]) {
      if (action === "add") elements.set(elementKey(element), element);
      else elements.delete(elementKey(element));
    }
    after[name] = [...elements.values()];
  }
  return after;
}

function targetState(sheet: Sheet, command: string): Fields {
  const transition = KINDS[sheet.kind]?.commands[command];
  const state = sheet.fields.state;
  const allowed = typeof state === "string" && transition?.sources.includes(state);
  if (!allowed || !transition?.target) return {};
  return { ...(transition.erases && takenBack(transition, sheet.fields)), state: transition.target };
}
