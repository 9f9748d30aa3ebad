/** The server's answer to a roster, and how a file travels. */

export interface RosterFault {
  row: number;
  column: string;
  reason: string;
  reason_en: string;
  level: string;
}

export interface RosterAnswer {
  importable: boolean;
  applied: boolean;
  creates: number;
  updates: number;
  unchanged: number;
  communities: number;
  records: number;
  faults: RosterFault[];
  others: { code: string; name: string; rows: number }[];
  absent: string[];
  rows: { row: number; code: string; name: string; category: string; action: string; changes: Record<string, string> }[];
}

const STEP = 0x8000;

export function base64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += STEP) text += String.fromCharCode(...bytes.subarray(at, at + STEP));
  return btoa(text);
}
