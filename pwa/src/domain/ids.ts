/** Ids are UUIDv7 made on the device: time first, so that rows made together lie together. */

/** A UUIDv7. Shape: `nowMs` UTC ms; `random` 16 random bytes, of which ten are used. */
export function uuid7(nowMs: number, random: Uint8Array): string {
  const bytes = Uint8Array.from(random);
  let rest = Math.max(0, Math.floor(nowMs));
  for (let i = 5; i >= 0; i--) {
    bytes[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
