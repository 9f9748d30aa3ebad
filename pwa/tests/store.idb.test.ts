import { IDBFactory } from "fake-indexeddb";
import { expect, it } from "vitest";
import { Cellar } from "../src/store/idb.ts";
import { slugOf } from "./phone.ts";

function cellar(fault: (point: string) => void = () => undefined, idb = new IDBFactory()) {
  return new Cellar({ idb, faults: fault }, "test");
}
const put = (where: Cellar, key: string, value = 1) => where.write(["meta"], (tx) => tx.put("meta", value, key));
const get = (where: Cellar, key: string) => where.read(["meta"], (tx) => tx.get<number>("meta", key));

it("reopens a lost connection and does the work once more, once", async () => {
  let faults = 2;
  const where = cellar((point) => {
    if (point === "idb:put:meta" && faults-- > 0) throw new DOMException("the connection is closing", "InvalidStateError");
  });
  await expect(put(where, "twice lost")).rejects.toThrow("closing");
  await put(where, "then fine");
  faults = 1;
  await put(where, "once lost");
  expect(await Promise.all(["twice lost", "then fine", "once lost"].map((key) => get(where, key)))).toEqual([undefined, 1, 1]);
});

it("does not repeat what was already committed", async () => {
  let committed = 0;
  const where = cellar((point) => {
    if (point === "idb:committed:meta" && ++committed === 1) throw new DOMException("killed right after", "AbortError");
  });
  const count = (tx: {
    get: <T>(store: "meta", key: string) => Promise<T | undefined>;
    put: (store: "meta", value: unknown, key: string) => void;
  }) => tx.get<number>("meta", "count").then((before) => tx.put("meta", (before ?? 0) + 1, "count"));
  expect(await slugOf(where.write(["meta"], count))).toBe("local-fault");
  expect(await get(where, "count")).toBe(1);
  expect(committed).toBe(1);
});

it("leaves nothing of a transaction that fails half way, in any store", async () => {
  const where = cellar((point) => {
    if (point === "idb:put:outbox") throw new Error("power cut");
  });
  const both = where.write(["meta", "outbox"], (tx) => {
    tx.put("meta", 1, "half");
    tx.put("outbox", { gen: 1, n: 1, change: "c" });
  });
  await expect(both).rejects.toThrow("power cut");
  expect(await get(where, "half")).toBeUndefined();
});

it("gives its connection up when a newer version wants to come in, and comes back", async () => {
  const idb = new IDBFactory();
  const where = cellar(undefined, idb);
  await put(where, "before");
  const deleted = new Promise<void>((resolve, reject) => {
    const request = idb.deleteDatabase("test");
    request.onsuccess = () => resolve();
    request.onblocked = () => reject(new Error("the old connection stayed open"));
  });
  await deleted;
  expect(await get(where, "before")).toBeUndefined();
  await put(where, "after");
  expect(await get(where, "after")).toBe(1);
});

it("gives a database of the first version its new store, and keeps everything in it", async () => {
  const idb = new IDBFactory();
  const old = await new Promise<IDBDatabase>((resolve) => {
    const request = idb.open("test", 1);
    request.onupgradeneeded = () => {
      for (const name of ["meta", "mirror", "outcomes", "drafts", "captures", "attic"]) request.result.createObjectStore(name, name === "meta" ? undefined : { keyPath: "id" });
      request.result.createObjectStore("outbox", { keyPath: ["gen", "n"] }).createIndex("change", "change", { unique: true });
    };
    request.onsuccess = () => resolve(request.result);
  });
  await new Promise<void>((resolve) => {
    const tx = old.transaction(["meta", "outbox"], "readwrite");
    tx.objectStore("meta").put(7, "kept");
    tx.objectStore("outbox").put({ gen: 1, n: 1, change: "c" });
    tx.oncomplete = () => resolve();
  });
  old.close();
  const where = cellar(undefined, idb);
  await where.write(["ballots"], (tx) => tx.put("ballots", { id: "b", v: 1 }));
  expect(await get(where, "kept")).toBe(7);
  expect(await where.read(["outbox", "ballots"], async (tx) => [await tx.count("outbox"), await tx.count("ballots")])).toEqual([1, 1]);
});

it("says in words that another tab has laid the database out anew", async () => {
  const idb = new IDBFactory();
  const where = cellar(undefined, idb);
  await put(where, "before");
  const newer = await new Promise<IDBDatabase>((resolve, reject) => {
    const request = idb.open("test", 99);
    request.onsuccess = () => resolve(request.result);
    request.onblocked = () => reject(new Error("the old connection stayed open"));
  });
  await expect(put(where, "after")).rejects.toMatchObject({ slug: "newer-app" });
  newer.close();
});

it("asks for strict durability unless told otherwise", async () => {
  const seen: unknown[] = [];
  const idb = new IDBFactory();
  const open = idb.open.bind(idb);
  idb.open = (name: string, version?: number) => {
    const request = open(name, version);
    request.addEventListener("success", () => {
      const database = request.result;
      const transaction = database.transaction.bind(database);
      database.transaction = ((stores: string[], mode: IDBTransactionMode, options: unknown) => {
        if (mode === "readwrite") seen.push((options as { durability: string }).durability);
        return transaction(stores, mode);
      }) as typeof database.transaction;
    });
    return request;
  };
  const where = cellar(undefined, idb);
  await put(where, "x");
  await where.write(["mirror"], () => undefined, "relaxed");
  expect(seen).toEqual(["strict", "relaxed"]);
});

it("reads by index only what is newer", async () => {
  const where = cellar();
  await where.write(["mirror"], (tx) => {
    for (const id of [1, 2, 3, 4]) tx.put("mirror", { id, tick: id * 10 });
  });
  const newer = await where.read(["mirror"], (tx) => tx.newer<{ id: number }>("mirror", "tick", 20));
  expect(newer.map((row) => row.id)).toEqual([4, 3]);
});
