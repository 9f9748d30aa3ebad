/** What the screens see of a record, remembered until something about it changes. */
import type { Place, View } from "../contract.ts";
import { type Asker, maySettle } from "./conflicts.ts";
import { KINDS, parentOf } from "./kinds.ts";
import type { Sheet } from "./overlay.ts";
import { hidesWithParent, type Shelf } from "./shelf.ts";

export class Views {
  private readonly made = new Map<string, View | undefined>();

  constructor(
    private readonly shelf: Shelf,
    private readonly me: () => Asker | undefined,
  ) {
    shelf.changed = (id) => (id === undefined ? this.made.clear() : this.made.delete(id));
  }

  /** Overlays end and pushes begin without a row changing. */
  forget(): void {
    this.made.clear();
  }

  get(id: string): View | undefined {
    if (!this.made.has(id)) this.made.set(id, this.build(id));
    return this.made.get(id);
  }

  list(kind: string): View[] {
    return this.shown(this.shelf.idsOf(kind), kind);
  }

  children(parent: string, kind?: string): View[] {
    return this.shown(this.shelf.childIds(parent), kind);
  }

  /** What people wrote and deleted again; a name that went with a withdrawal does not come back. */
  deleted(): View[] {
    const kinds = Object.keys(KINDS).filter((kind) => hidesWithParent(kind) && KINDS[kind]?.scope !== "own");
    const ids = new Set(kinds.flatMap((kind) => [...this.shelf.idsOf(kind)]));
    return [...ids].map((id) => this.get(id)).filter((view): view is View => view?.deleted === true && !this.shelf.comesBack(view.id));
  }

  openConflicts(): number {
    return this.list("conflict").filter((conflict) => conflict.fields.status === "open").length;
  }

  private shown(ids: Iterable<string>, kind: string | undefined): View[] {
    const views: View[] = [];
    for (const id of ids) {
      const view = this.get(id);
      if (view && !view.deleted && (kind === undefined || view.kind === kind) && !this.hidden(view)) views.push(view);
    }
    return views;
  }

  /** Children of a deleted parent are hidden, not deleted; one that came before its parent (in `own:`) is shown. */
  private hidden(view: View): boolean {
    if (!view.parent || !hidesWithParent(view.kind)) return false;
    const parent = this.get(view.parent);
    if (parent) return parent.deleted || this.hidden(parent);
    return this.shelf.whole && view.scope !== undefined && !view.scope.startsWith("own:");
  }

  private build(id: string): View | undefined {
    const sheet = this.shelf.sheet(id);
    if (!sheet) return undefined;
    const row = this.shelf.rows.get(id);
    const own = this.shelf.entriesOf(id);
    const first = own[0]?.wire;
    const view: View = {
      id,
      kind: sheet.kind,
      fields: sheet.fields,
      seq: row?.seq ?? 0,
      deleted: sheet.deleted,
      createdBy: row?.created_by ?? this.me()?.account ?? "",
      createdAtMs: row?.created_at_ms ?? first?.captured_at_ms ?? 0,
      updatedBy: row?.updated_by ?? this.me()?.account ?? "",
      updatedAtMs: row?.updated_at_ms ?? own[own.length - 1]?.wire.captured_at_ms ?? 0,
      place: this.placeOf(id, sheet),
      pending: own.filter((entry) => !entry.outcome).flatMap((entry) => pendingNames(entry.wire)),
    };
    const parent = parentOf(sheet.kind, sheet.fields);
    if (parent) view.parent = parent;
    if (row) view.scope = row.scope;
    if (first?.action === "create") view.capturedAtMs = first.captured_at_ms;
    return view;
  }

  private placeOf(id: string, sheet: Sheet): Place {
    const states = this.shelf.entriesOf(id).map((entry) => ({ state: this.shelf.stateOf(entry), change: entry.wire.change }));
    if (states.some(({ state }) => state === "quarantined") || this.asked(id, sheet)) return "needs-you";
    const waiting = states.filter(({ state }) => state === "waiting");
    if (waiting.length === 0) return "arrived";
    return waiting.some(({ change }) => this.shelf.sending.has(change)) ? "sending" : "device";
  }

  /** An open conflict that this person may settle. */
  private asked(id: string, sheet: Sheet): boolean {
    const me = this.me();
    const record = { ...sheet, createdBy: this.shelf.rows.get(id)?.created_by ?? me?.account ?? "" };
    for (const child of this.shelf.childIds(id)) {
      const row = this.shelf.rows.get(child);
      if (row?.kind !== "conflict" || row.deleted || this.shelf.sheet(child)?.fields.status !== "open") continue;
      if (maySettle(me, record, row.fields)) return true;
    }
    return false;
  }
}

function pendingNames(wire: { action: string; fields: Record<string, unknown> }): string[] {
  if (wire.action === "delete" || wire.action === "restore") return ["deleted"];
  return wire.action === "command" ? ["state", ...Object.keys(wire.fields)] : Object.keys(wire.fields);
}
