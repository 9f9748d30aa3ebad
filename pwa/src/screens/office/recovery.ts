/** What the office's recovery screen reads from the server. */
import type { RecoveryRequest } from "../../contract.ts";

export interface Asking extends RecoveryRequest {
  id: string;
  replica: string;
  label: string;
  person: string;
  asked_at_ms: number;
  answered_at_ms: number | null;
}

export interface SealedWork {
  replica: string;
  label: string;
  person: string;
  changes: number;
  notes: number;
  received_at_ms: number;
}

export interface Recoveries {
  recoveries: Asking[];
  sealed: SealedWork[];
  has_recovery_key: boolean;
}

/** Digits as a person types them, with or without gaps. */
export const sameDigits = (typed: string, shown: string): boolean => typed.replace(/\D/g, "") === shown.replace(/\D/g, "");
