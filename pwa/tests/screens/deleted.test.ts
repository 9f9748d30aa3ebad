/** 已删除: an author finds what he deleted, by its village, though its content has left the phone. */
import { expect, test } from "vitest";
import { deletedHere } from "../../src/parts/deleted.ts";
import { FakeServer } from "../fake-server.ts";
import { enrolled } from "../phone.ts";

const THEIRS = "11111111-1111-7111-8111-111111111111";

test("only his own, with its village and what the phone remembers of it, until he brings it back", async () => {
  const server = new FakeServer();
  server.write(THEIRS, "visit", { village_id: "v1", visitor_id: "person-a1" });
  const { core } = await enrolled(server);
  const visit = await core.create("visit", { village_id: "v1", visitor_id: "person-a1", start_at: 5, narrative: "记错了" });
  const check = await core.create("record_check", { visit_id: visit, title: "台账" });
  await core.delete(check);
  await core.syncNow();
  await core.delete(THEIRS);
  await core.delete(visit);
  expect(deletedHere(core).map(({ view }) => view.id).sort()).toEqual([check, visit].sort());
  await core.syncNow();
  const found = deletedHere(core);
  expect(found.find(({ view }) => view.id === visit)).toMatchObject({ village: "v1", fields: { narrative: "记错了" } });
  expect(found.find(({ view }) => view.id === check)).toMatchObject({ village: "v1", fields: { title: "台账" } });
  await core.restore(visit);
  expect(deletedHere(core).map(({ view }) => view.id)).toEqual([check]);
});
