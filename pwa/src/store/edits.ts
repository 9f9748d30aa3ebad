/** What a person does to a record becomes changes with the right base, saved before anything else is attempted. */
import type { Amends, Fields } from "../contract.ts";
import { type Action, withBases, type Wish } from "../domain/change.ts";
import { uuid7 } from "../domain/ids.ts";
import { flat } from "../domain/kinds.ts";
import { problem } from "../domain/problem.ts";
import type { Opened } from "./opened.ts";
import { dropDraft } from "./notes.ts";
import { save } from "./outbox.ts";

/** A new record; it exists on this phone from now on. A create needs no base: nobody else can have written to it. */
export async function createRecord(
  open: Opened,
  kind: string,
  fields: object,
  o: { id?: string; draft?: string },
): Promise<string> {
  const record = o.id ?? newId(open);
  await save(open, [{ record, kind, action: "create", base: 0, fields: flat(kind, fields) }], o.draft);
  return record;
}

/** The edited fields, seen from where the form was opened. Nothing edited is nothing saved. */
export async function patchRecord(
  open: Opened,
  id: string,
  fields: object,
  o: { opened?: number; draft?: string },
): Promise<void> {
  const kind = kindOf(open, id);
  const edited = flat(kind, fields);
  if (Object.keys(edited).length > 0) await edit(open, id, kind, "patch", edited, o.opened, o.draft);
  else if (o.draft !== undefined) await dropDraft(open, o.draft);
}

export async function commandRecord(open: Opened, id: string, command: string, fields: object): Promise<void> {
  const kind = kindOf(open, id);
  const wish: Wish = { record: id, kind, action: "command", base: 0, command, fields: flat(kind, fields) };
  await save(open, based(open, wish, open.shelf.reached.seq));
}

/** `add` and `remove` of set elements. */
export async function editSet(
  open: Opened,
  id: string,
  action: "add" | "remove",
  field: string,
  elements: unknown[],
): Promise<void> {
  if (elements.length > 0) await edit(open, id, kindOf(open, id), action, { [field]: elements });
}

/** Fields and set elements of one form, saved in one transaction and applied as one group: a kill leaves all of it or none. */
export async function amendRecord(open: Opened, id: string, amends: Amends, o: { opened: number; draft: string }): Promise<void> {
  const kind = kindOf(open, id);
  const actions: [Action, Fields][] = [
    ["patch", flat(kind, amends.patch)],
    ["add", filledSets(amends.add)],
    ["remove", filledSets(amends.remove)],
  ];
  const wishes = actions
    .filter(([, fields]) => Object.keys(fields).length > 0)
    .flatMap(([action, fields]) => based(open, { record: id, kind, action, base: 0, fields }, o.opened));
  if (wishes.length === 0) return dropDraft(open, o.draft);
  const group = wishes.length > 1 ? newId(open) : undefined;
  await save(open, group ? wishes.map((wish) => ({ ...wish, group })) : wishes, o.draft);
}

const filledSets = (sets: Record<string, unknown[]>): Fields =>
  Object.fromEntries(Object.entries(sets).filter(([, elements]) => elements.length > 0));

export async function deleteOrRestore(open: Opened, id: string, action: "delete" | "restore"): Promise<void> {
  await edit(open, id, kindOf(open, id), action, {});
}

/** The person's choice, naming the sides it saw; a side that arrives later stays open. */
export async function settleConflict(open: Opened, id: string, value: unknown): Promise<void> {
  const sheet = open.shelf.sheet(id);
  if (sheet?.kind !== "conflict") throw problem("no-record", "this conflict is not on this phone");
  const listed = (sheet.fields.sides as { replica: string; n: number }[] | undefined) ?? [];
  const sides = listed.map(({ replica, n }) => ({ replica, n }));
  // An own change that still lies over the field hides what stands below it: the choice may not write over that unseen (L2).
  const { record, field } = sheet.fields as { record: string; field: string };
  await edit(open, id, "conflict", "settle", { value: chosen(field, value), sides }, choiceBase(open, record, field));
}

/** Of a record that is deleted here nothing is shown, also where the page that deleted it was not the last one (L2). */
function choiceBase(open: Opened, record: string, field: string): number {
  if (field !== "deleted" && open.shelf.rows.get(record)?.deleted) return 0;
  return open.shelf.baseOf(`${record}/${field}`, open.shelf.reached.seq);
}

/** Where the question is whether a record stays, choosing somebody's edit means that it stays (DESIGN 5.4). */
function chosen(field: unknown, value: unknown): unknown {
  return field === "deleted" && typeof value !== "boolean" ? false : value;
}

export function newId(open: Pick<Opened, "ports">): string {
  return uuid7(open.ports.now(), open.ports.crypto.getRandomValues(new Uint8Array(16)));
}

async function edit(
  open: Opened,
  record: string,
  kind: string,
  action: Action,
  fields: Fields,
  opened?: number,
  draft?: string,
): Promise<void> {
  await save(open, based(open, { record, kind, action, base: 0, fields }, opened ?? open.shelf.reached.seq), draft);
}

function based(open: Opened, wish: Wish, opened: number): Wish[] {
  return withBases(
    wish,
    (part) => open.shelf.baseOf(part, opened),
    () => newId(open),
  );
}

function kindOf(open: Opened, id: string): string {
  const kind = open.shelf.sheet(id)?.kind ?? open.shelf.entriesOf(id)[0]?.wire.kind;
  if (kind === undefined) throw problem("no-record", "this record is not on this phone");
  return kind;
}
