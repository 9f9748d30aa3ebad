/** What happens to phones and servers: copied profiles, and restores from a backup. */
import type { FakeServer } from "./fake-server.ts";
import { Phone, PIN } from "./phone.ts";

/** Another phone with the same bytes on its disk, not yet booted: a copied browser profile, or one that was rolled back. */
export async function cloned(phone: Phone): Promise<Phone> {
  const copy = new Phone(phone.server);
  phone.core.close();
  const names = ["meta", "mirror", "outbox", "outcomes", "drafts", "captures", "attic"];
  const from = await opened(phone.idb);
  await copy.boot();
  const to = await opened(copy.idb);
  for (const name of names) {
    const source = from.transaction(name).objectStore(name);
    const [values, keys] = await Promise.all([asked(source.getAll()), asked(source.getAllKeys())]);
    const target = to.transaction(name, "readwrite").objectStore(name);
    for (const [at, value] of values.entries()) target.put(value, name === "meta" ? keys[at] : undefined);
  }
  from.close();
  to.close();
  await phone.boot();
  await phone.core.unlock(PIN);
  return copy;
}

function opened(idb: IDBFactory): Promise<IDBDatabase> {
  return asked(idb.open("zoufang"));
}

function asked<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

export function snapshot(server: FakeServer, replica: string) {
  const row = server.replicas.get(replica);
  return structuredClone({ seq: server.seq, records: server.records, changes: server.changes, replica, row });
}

/** The server as it was at the backup, with a new epoch and its head moved past everything it may have given out (DESIGN 5.1). */
export function restore(server: FakeServer, backup: ReturnType<typeof snapshot>): void {
  server.records = backup.records;
  server.changes = backup.changes;
  server.seq = backup.seq + 2 ** 32;
  server.epoch = "epoch-2";
  if (backup.row) server.replicas.set(backup.replica, backup.row);
}
