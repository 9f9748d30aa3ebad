/** 改一改再交: what was refused becomes a draft of a new record, or, where the record itself stands, its own form. */
import type { Core, OutboxItem, View } from "../../contract.ts";
import { startOf, text } from "../../domain/visiting.ts";
import { zone } from "../../client.ts";
import { dayOf } from "../../parts/times.ts";
import { SHEET_OF } from "../visit/parts-of-visit.ts";

export async function mendAddress(core: Core, item: OutboxItem): Promise<string> {
  const record = core.get(item.record);
  if (!record) return "/";
  const sheet = SHEET_OF[record.kind];
  const visit = visitOf(core, record);
  if (record.seq > 0 || item.action !== "create") return standing(record, visit, sheet);
  return sheet && visit ? draftOfChild(core, record, `/visits/${visit}/${sheet}/new`) : draftOfVisit(core, record);
}

function standing(record: View, visit: string, sheet: string | undefined): string {
  if (record.kind === "visit") return `/visits/${record.id}`;
  return sheet && visit ? `/visits/${visit}/${sheet}/${record.id}` : "/";
}

/** An opinion heard in an interview hangs on the interview, which hangs on the visit. */
function visitOf(core: Core, record: View): string {
  const parent = record.parent ? core.get(record.parent) : undefined;
  return parent?.kind === "interview" ? (parent.parent ?? "") : (parent?.id ?? "");
}

async function draftOfChild(core: Core, record: View, key: string): Promise<string> {
  const { state: _state, visit_id: _visit, ...fields } = record.fields;
  const form = { ...BLANK[record.kind], ...fields, ...special(core, record) };
  await core.saveDraft(key, { opened: core.mirrorSeq(), before: {}, fields: form });
  return key;
}

/** What a form holds otherwise than the record: a new id, minutes as they are typed, the interview an opinion comes from. */
function special(core: Core, record: View): object {
  const { minutes, origin, origin_id: from } = record.fields;
  if (record.kind === "interview") return { id: core.newId(), minutes: typeof minutes === "number" ? String(minutes) : "" };
  return record.kind === "opinion" && origin === "interview" ? { from: text(from) } : {};
}

const BLANK: Record<string, object> = {
  record_check: { area: "", doc_type: "", title: "", "period.from": "", "period.to": "", found: "", note: "" },
  interview: { category: "", alias: "", area: [], asked: "", answer: "", minutes: "", consent: "", name: "" },
  opinion: { opinion_kind: "", area: "", about: "branch", text: "", from: "" },
};

async function draftOfVisit(core: Core, record: View): Promise<string> {
  const startedMs = startOf(record);
  const value = { village: text(record.fields.village_id), day: dayOf(startedMs, zone()), text: text(record.fields.narrative), capture: "", startedMs };
  await core.saveDraft("/visits/new", value);
  return "/visits/new";
}
