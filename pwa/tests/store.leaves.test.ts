import fc from "fast-check";
import { expect, it } from "vitest";
import { createCore } from "../src/core.ts";
import type { Row } from "../src/domain/shelf.ts";
import { Leaves } from "../src/store/leaves.ts";
import { leafLabel, type LeafRow } from "../src/store/rows.ts";
import { aesKey, Sealer } from "../src/store/seal.ts";
import { enrolled, PIN } from "./phone.ts";

const sealer = new Sealer(crypto, await aesKey(crypto, new Uint8Array(32)));
const rowOf = (id: string, seq: number) => ({ id, seq, fields: { secret: `${id} at ${seq}` } }) as unknown as Row;

it("the leaves on disk hold exactly the rows in memory, each once and in its last form", async () => {
  const act = fc.record({
    put: fc.uniqueArray(fc.nat(120), { maxLength: 60 }),
    gone: fc.uniqueArray(fc.nat(120), { maxLength: 20 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: 8 }), async (acts) => {
      const disk = new Map<number, LeafRow>();
      const tx = {
        put: (_store: string, leaf: LeafRow) => disk.set(leaf.id, leaf),
        delete: (_store: string, id: number) => disk.delete(id),
      };
      const rows = new Map<string, Row>();
      const leaves = new Leaves();
      let seq = 0;
      for (const { put, gone } of acts) {
        const fresh = put.map((id) => rowOf(`r${id}`, ++seq));
        const left = gone.map((id) => `r${id}`).filter((id) => rows.has(id) && !fresh.some((row) => row.id === id));
        const sealed = await leaves.sealed(sealer, rows, fresh, left);
        leaves.write(tx as never, seq, sealed);
        leaves.note(sealed);
        for (const row of fresh) rows.set(row.id, row);
        for (const id of left) rows.delete(id);
      }
      const read = await Promise.all([...disk.values()].map((leaf) => sealer.openJson<Row[]>(leafLabel(leaf.id, leaf.v), leaf)));
      const byId = (a: Row, b: Row) => (a.id < b.id ? -1 : 1);
      expect(read.flat().sort(byId)).toEqual([...rows.values()].sort(byId));
      expect(disk.size).toBeLessThanOrEqual(Math.ceil(120 / 40) + acts.length);
    }),
    { numRuns: 60 },
  );
});

it("a second tab takes over what the first one pulled, changed and dropped", async () => {
  const phone = await enrolled();
  const second = await createCore(phone.ports());
  await second.unlock(PIN);
  const ids = Array.from({ length: 100 }, (_, at) => `00000000-0000-7000-8000-${String(at).padStart(12, "0")}`);
  for (const [at, id] of ids.entries()) {
    phone.server.write(id, "visit", { narrative: "first" }, { scope: at < 70 ? "field:v1" : "town:t" });
  }
  await phone.core.syncNow();
  phone.server.write(ids[3] ?? "", "visit", { narrative: "second" });
  phone.server.scopes = ["field:v1"];
  await phone.core.syncNow();
  await second.syncNow();
  for (const core of [phone.core, second]) {
    expect(core.list("visit")).toHaveLength(70);
    expect(core.get(ids[3] ?? "")?.fields.narrative).toBe("second");
    expect(core.sync().arrivedAtMs).toBeDefined();
  }
  phone.core.close();
  await phone.boot();
  await phone.core.unlock(PIN);
  expect(phone.core.list("visit")).toHaveLength(70);
});
