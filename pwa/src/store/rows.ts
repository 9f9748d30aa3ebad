/** How rows lie on disk: ids and numbers in the open, everything else in a box whose label binds kind of row, id and version. */
import type { Box, PublicBox } from "./seal.ts";

export interface Counter {
  /** How many replicas this install has been before. */
  gen: number;
  /** The last number given out. */
  n: number;
}
export interface OutboxRow extends Counter, Box {
  change: string;
}
export interface OutcomeRow extends Box {
  change: string;
  v: number;
}
/** Some rows of the mirror; `tick` is the commit that wrote them. */
export interface LeafRow extends Box {
  id: number;
  v: number;
  tick: number;
}
export interface DraftRow extends Box {
  id: string;
  v: number;
}
export interface CaptureRow extends PublicBox {
  id: string;
}
/**
 * What an evaluator gives in one round; in no backup and no parcel, since the office could open those. Shape: `due` handed in and
 * not all posted, legible so that a phone that has to erase it can say what is lost.
 */
export interface BallotRow extends Box {
  id: string;
  v: number;
  due?: true;
}
/** Sealed notes in `meta`. */
export interface SealedMeta extends Box {
  v: number;
}

/** What a phone without its passphrase may hand its sealed rows in with; the token opens nothing else. In the open in `meta`. */
export interface Drop {
  replica: string;
  drop_token: string;
  gen: number;
}

/** A change's box is bound to its immutable id, not to its number: a new replica renumbers without re-sealing. */
export const outboxLabel = (change: string): string => `outbox/${change}/1`;
export const outcomeLabel = (change: string, v: number): string => `outcomes/${change}/${v}`;
export const leafLabel = (id: number, v: number): string => `mirror/${id}/${v}`;
export const draftLabel = (id: string, v: number): string => `drafts/${id}/${v}`;
export const ballotLabel = (id: string, v: number): string => `ballots/${id}/${v}`;
export const captureLabel = (id: string): string => `captures/${id}/1`;
export const metaLabel = (name: string, v: number): string => `meta/${name}/${v}`;
