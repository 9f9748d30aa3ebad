/**
 * Consent taken back: which content goes for good, from the record and from what the phone kept of its own changes.
 *
 * The same rules run on the server (server/domain/withdrawal.py); both are held to tests/vectors/withdrawal.json.
 */
import type { Fields } from "../contract.ts";
import type { WireChange } from "./change.ts";
import { type Command, KINDS } from "./kinds.ts";

/** The command of a kind that takes content back. */
export function takingBack(kind: string): Command | undefined {
  return Object.values(KINDS[kind]?.commands ?? {}).find((command) => command.erases);
}

/** Whether what the record said was taken back. */
export function isTakenBack(kind: string, fields: Fields): boolean {
  const command = takingBack(kind);
  return command !== undefined && fields.state === command.target;
}

/** Whether a record of this kind goes when what it hangs on is taken back. */
export function goesWith(kind: string): boolean {
  const above = KINDS[kind]?.parent_kind;
  return above != null && (takingBack(above)?.removes ?? []).includes(kind);
}

/** What a command that takes back does to the fields, besides the state. */
export function takenBack(command: Command, fields: Fields): Fields {
  const gone = (command.erases ?? []).filter((name) => fields[name] !== undefined && fields[name] !== null);
  return { ...Object.fromEntries(gone.map((name) => [name, null])), ...command.sets };
}

/** Whether a conflict over this field is about what was taken back. */
export function isAbout(kind: string, field: unknown): boolean {
  const command = takingBack(kind);
  return command !== undefined && [...(command.erases ?? []), ...Object.keys(command.sets ?? {})].includes(String(field));
}

/** The change without what was taken back; one that says nothing of it comes back as it is. Its hash stays the one it had. */
export function emptied(wire: WireChange): WireChange {
  const fields = wire.fields as Fields | undefined;
  if (!fields) return wire;
  const left = leftOf(wire.kind, fields);
  const same = Object.keys(left).length === Object.keys(fields).length && Object.keys(left).every((name) => left[name] === fields[name]);
  return same ? wire : { ...wire, fields: left, erased: true };
}

function leftOf(kind: string, fields: Fields): Fields {
  if (kind === "conflict") return "value" in fields ? { ...fields, value: null } : fields;
  const command = takingBack(kind);
  if (!command) return only(fields, (name) => KINDS[kind]?.fields[name]?.class === "fixed");
  const kept = only(fields, (name) => !(command.erases ?? []).includes(name));
  return { ...kept, ...only(command.sets ?? {}, (name) => name in kept) };
}

function only(fields: Fields, keeps: (name: string) => boolean): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => keeps(name)));
}
