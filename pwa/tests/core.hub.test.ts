/** A hall without network: the round was issued, went to a laptop, and nobody but the laptop tells that it is open. */
import { beforeAll, expect, it } from "vitest";
import { stageOf } from "../src/domain/ballot/held.ts";
import { throughHub } from "../src/sync/hub.ts";
import { evaluator, ROUND, SUBJECTS } from "./fake-ballots.ts";
import { settle } from "./phone.ts";

const HUB = "https://192.168.1.20:8799";
const refused = (slug: string, status: number): Response =>
  new Response(JSON.stringify({ type: `/docs/problems#${slug}`, title: slug, device_action: "retry" }), { status, headers: { "Content-Type": "application/json" } });

beforeAll(() => import("../src/ballot.ts"));

it.each([
  { said: "the record says that it is delegated", delegated: true },
  { said: "only the address was entered", delegated: false },
])("hands in at the hub where $said, keeps a visit for the server, and finds its slips in the box", async ({ delegated }) => {
  const { phone, office } = await evaluator();
  office.state("issued", { delegated });
  await phone.core.syncNow();
  const hall = phone.server.fetch;
  let inHall = true;
  const asked: string[] = [];
  const net = (async (input: string, init?: RequestInit) => {
    if (input.startsWith(HUB)) {
      asked.push(input.slice(HUB.length));
      if (inHall) return hall(input.slice(HUB.length), init);
      return refused("round-delegated", 409);
    }
    throw new TypeError("no network in this hall");
  }) as typeof fetch;
  const ports = phone.ports();
  phone.extra = { fetch: throughHub(net, () => HUB, ports.setTimer), hub: () => HUB };
  await phone.reboot();
  const visit = await phone.core.create("visit", { village_id: "v1", visitor_id: "p1", start_at: 1000 });
  const ballot = await phone.core.ballot();
  await ballot.choose(ROUND, SUBJECTS[0] ?? "", "good");
  office.windows = { leader: 1 };
  await ballot.handIn(ROUND);
  for (let turn = 0; turn < 200 && stageOf(phone.core.held(ROUND)) !== "in"; turn++) {
    await phone.pass(1000);
    await settle();
  }
  expect(stageOf(phone.core.held(ROUND))).toBe("in");
  expect([office.issued.size, office.box.size]).toEqual([SUBJECTS.length, SUBJECTS.length]);
  expect(asked.every((path) => path.startsWith("/ballots/v1/rounds/"))).toBe(true);
  expect(phone.core.get(visit)?.place).toBe("device");
  inHall = false;
  phone.extra = { fetch: hall };
  await phone.reboot();
  await phone.core.syncNow();
  expect(phone.core.get(visit)?.place).toBe("arrived");
});
