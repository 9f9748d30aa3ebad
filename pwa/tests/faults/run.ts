/** The fault run's client side: plays seeds against a running server and prints one JSON line. Started by tests/faults/rig.py. */
import { parseArgs } from "node:util";
import { NotEnrolled, play, type Township } from "./scenario.ts";
import { type ServerState, type Verdict, verify } from "./verify.ts";

const { values } = parseArgs({
  options: {
    base: { type: "string" },
    first: { type: "string", default: "1" },
    runs: { type: "string", default: "10" },
    seconds: { type: "string", default: "0" },
    steps: { type: "string", default: "24" },
    lanes: { type: "string", default: "8" },
  },
});
const base = values.base as string;
const first = Number(values.first);
const runs = Number(values.runs);
const deadline = Number(values.seconds) > 0 ? Date.now() + Number(values.seconds) * 1000 : Number.POSITIVE_INFINITY;

const total: Verdict & { runs: number; saved: number; changes: number; conflicts: number; counts: Record<string, number>; failed: number[] } = {
  lost: [],
  doubled: [],
  stuck: [],
  diverged: [],
  overwritten: [],
  runs: 0,
  saved: 0,
  changes: 0,
  conflicts: 0,
  counts: {},
  failed: [],
};

/** The rig's own calls outlive a killed server. */
async function ask<T>(path: string, init?: RequestInit): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      const answer = await fetch(base + path, init);
      if (answer.ok) return (await answer.json()) as T;
      if (attempt > 200) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    } catch (error) {
      if (attempt > 200) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function one(seed: number): Promise<void> {
  const township = await ask<Township>("/_rig/townships", { method: "POST" });
  const finished = await play(seed, base, township, Number(values.steps));
  const server = await ask<ServerState>(`/_rig/townships/${township.id}`);
  const verdict = verify(finished, server);
  total.runs += 1;
  total.saved += finished.saved.filter((saved) => saved.sure).length;
  total.changes += server.changes.length;
  total.conflicts += server.records.filter((record) => record.kind === "conflict").length;
  for (const [what, count] of Object.entries(finished.counts)) total.counts[what] = (total.counts[what] ?? 0) + count;
  let bad = false;
  for (const key of ["lost", "doubled", "stuck", "diverged", "overwritten"] as const) {
    total[key].push(...verdict[key].map((line) => `seed ${seed}: ${line}`));
    bad ||= verdict[key].length > 0;
  }
  if (bad) total.failed.push(seed);
}

/** A seed whose phones could not even enrol begins again, in a new township. */
async function attempt(seed: number, left: number): Promise<void> {
  try {
    await one(seed);
  } catch (error) {
    if (error instanceof NotEnrolled && left > 0) return attempt(seed, left - 1);
    total.failed.push(seed);
    total.stuck.push(`seed ${seed}: ${error instanceof Error ? error.stack : String(error)}`);
  }
}

let next = first;
async function lane(): Promise<void> {
  while (next < first + runs && Date.now() < deadline) {
    await attempt(next++, 20);
  }
}

await Promise.all(Array.from({ length: Number(values.lanes) }, lane));
process.stdout.write(`${JSON.stringify(total)}\n`, () => process.exit(0)); // a pipe takes 64 KiB at once, a bad run says more
