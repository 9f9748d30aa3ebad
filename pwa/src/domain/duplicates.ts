/**
 * Two visits that may be one: one visitor, one village, days that overlap, judged by nobody.
 *
 * The same rule runs on the server (server/domain/duplicates.py); both are held to tests/vectors/duplicates.json.
 */
import type { Fields } from "../contract.ts";

export interface Doubled {
  id: string;
  fields: Fields;
  deleted: boolean;
}

/** Shape: `dayOf` names the day of a moment in the township's zone, so that later days sort later. */
export function mayBeOne(one: Doubled, other: Doubled, dayOf: (ms: number) => string): boolean {
  if (one.id === other.id || !mayDouble(one) || !mayDouble(other)) return false;
  if (one.fields.village_id !== other.fields.village_id || one.fields.visitor_id !== other.fields.visitor_id) return false;
  const [first, second] = startOf(one) <= startOf(other) ? [one, other] : [other, one];
  return dayOf(startOf(second)) <= dayOf(endOf(first));
}

function mayDouble({ fields, deleted }: Doubled): boolean {
  return typeof fields.start_at === "number" && fields.state !== "planned" && fields.state !== "cancelled" && !deleted && !fields.same_as;
}

const startOf = (visit: Doubled): number => Number(visit.fields.start_at);
const endOf = (visit: Doubled): number => {
  const end = visit.fields.end_at;
  return typeof end === "number" && end >= startOf(visit) ? end : startOf(visit);
};
