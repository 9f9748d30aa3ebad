/** The public part of a round, as docs/ballot.md 2 has it. */

export type Grade = "good" | "fairly_good" | "average" | "poor";
/** What an evaluator says of one subject; a row left blank is handed in as `abstain`. */
export type Choice = Grade | "abstain";

export interface Cell {
  subject: string;
  group: string;
  entitled: number;
  /** The signer's modulus, base64 of 256 bytes. */
  n: string;
}

export interface Manifest {
  format: "zoufang-ballot-1";
  round: string;
  no: number;
  title: string;
  deadline_ms: number;
  profile: {
    name: string;
    version: number;
    points: Record<Grade, number>;
    bands: Record<"good" | "fairly_good" | "average", number>;
    weights: Record<"ballot" | "daily" | "secretary", number>;
  };
  /** An uncompressed P-256 point, base64 of 65 bytes. */
  tally_key: string;
  groups: { slug: string; name: string }[];
  subjects: { id: string; name: string }[];
  cells: Cell[];
}
