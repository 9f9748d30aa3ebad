/** The quarantine as the server tells it. */

export interface Held {
  replica: string;
  n: number;
  author: string;
  kind: string | null;
  action: string | null;
  record: string | null;
  slug: string;
  status: "held" | "released" | "rejected";
  reason: string | null;
  outcome: string | null;
  corrected: string[];
  created_at_ms: number;
  decided_at_ms: number | null;
  decided_by: string;
}
export interface Opened extends Held {
  places: string[];
  readable: boolean;
  fields: Record<string, unknown> | null;
}
export interface Decided {
  status: Held["status"];
  outcome: string | null;
  slug: string;
  places: string[];
}

/** What the clerk changed: a text that was emptied takes the field out. */
export function changed(before: Record<string, unknown>, after: Record<string, string>): Record<string, string | null> {
  const differing = Object.entries(after).filter(([name, value]) => value !== before[name]);
  return Object.fromEntries(differing.map(([name, value]) => [name, value === "" ? null : value]));
}

/** Only texts are put right at the desk; what is picked from a list is mended by its author. */
export const textsOf = (fields: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).filter((pair): pair is [string, string] => typeof pair[1] === "string" && !/(_id|_at|^state|^for|^about)$/.test(pair[0])));
