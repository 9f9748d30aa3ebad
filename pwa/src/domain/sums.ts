/** A sum over a scope's records: two sides that hold the same rows have the same number, whatever the order (L9, L17). */

const MASK = 0xffffffffffffffffn;

/** Count and sum of the live rows of one scope. Shape: rows are (record id, seq); `sum` is 16 hex digits. */
export function scopeSum(rows: Iterable<readonly [record: string, seq: number]>): { count: number; sum: string } {
  let count = 0;
  let total = 0n;
  for (const [record, seq] of rows) {
    count += 1;
    total += mix64(record, seq);
  }
  return { count, sum: (total & MASK).toString(16).padStart(16, "0") };
}

/** One row as 64 bits: the splitmix64 finaliser over id, seq and the deleted bit; fast, not cryptographic. */
export function mix64(record: string, seq: number, deleted = false): bigint {
  const digits = record.replaceAll("-", "");
  const high = BigInt(`0x${digits.slice(0, 16)}`);
  const low = BigInt(`0x${digits.slice(16)}`);
  return mix(high ^ mix(low ^ mix(BigInt(seq) * 2n + (deleted ? 1n : 0n))));
}

function mix(input: bigint): bigint {
  let x = (input + 0x9e3779b97f4a7c15n) & MASK;
  x = ((x ^ (x >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK;
  x = ((x ^ (x >> 27n)) * 0x94d049bb133111ebn) & MASK;
  return x ^ (x >> 31n);
}
