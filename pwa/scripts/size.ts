/** Weighs the boot path: what a phone must have before the first screen stands. Fails above the limit of DESIGN section 13. */
import { readFileSync, existsSync, statSync } from "node:fs";
import { brotliCompressSync } from "node:zlib";

const LIMIT_BYTES = 150 * 1024;
const dist = new URL("../dist/", import.meta.url);

const html = readFileSync(new URL("index.html", dist), "utf8");
const named = [...html.matchAll(/(?:src|href)="\/([^"]+\.(?:js|css))"/g)].map((match) => match[1] as string);
const boot = [...new Set(["index.html", ...named])];

let sum = 0;
for (const name of boot) {
  const bytes = brotliBytes(name);
  sum += bytes;
  console.log(`${String(bytes).padStart(8)}  ${name}`);
}
console.log(`${String(sum).padStart(8)}  boot path, brotli (limit ${LIMIT_BYTES})`);
if (sum > LIMIT_BYTES) {
  console.error("The boot path is too heavy.");
  process.exit(1);
}

function brotliBytes(name: string): number {
  const twin = new URL(`${name}.br`, dist);
  return existsSync(twin) ? statSync(twin).size : brotliCompressSync(readFileSync(new URL(name, dist))).length;
}
