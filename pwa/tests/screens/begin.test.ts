/** A planned visit begins: its state and its times are one change, so that a kill leaves both or neither. */
import { expect, test } from "vitest";
import { beginVisit } from "../../src/screens/visit/begin.ts";
import { FakeServer } from "../fake-server.ts";
import { enrolled } from "../phone.ts";

const VISIT = "11111111-1111-7111-8111-111111111111";

test("the command that begins a visit carries its times", async () => {
  const server = new FakeServer();
  server.write(VISIT, "visit", { village_id: "v1", visitor_id: "person-a1", state: "planned" });
  const phone = await enrolled(server);
  await beginVisit(phone.core, VISIT, 7);
  await phone.reboot();
  expect(phone.core.outbox()).toHaveLength(1);
  expect(phone.core.get(VISIT)?.fields).toMatchObject({ state: "in_progress", start_at: 7, end_at: 7 });
});
