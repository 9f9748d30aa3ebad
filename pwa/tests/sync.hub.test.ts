/** The way to the laptop in the hall, and home again; an outbox that meets a hub keeps everything. */
import { expect, it } from "vitest";
import { hubAddress } from "../src/domain/hub.ts";
import { throughHub } from "../src/sync/hub.ts";
import { FakeServer, json } from "./fake-server.ts";
import { enrolled } from "./phone.ts";

const HUB = "https://192.168.1.20:8799";
const problem = (slug: string, status: number): Response => json({ type: `/docs/problems#${slug}`, title: slug, device_action: "retry" }, status);

function ways(atHub: (url: string, init?: RequestInit) => Promise<Response>) {
  const asked: string[] = [];
  const timers: (() => void)[] = [];
  const net = (async (input: string, init?: RequestInit) => {
    asked.push(input);
    return input.startsWith(HUB) ? atHub(input, init) : json({ from: "home" });
  }) as typeof fetch;
  const go = throughHub(net, () => HUB, (fn) => {
    timers.push(fn);
    return () => timers.splice(timers.indexOf(fn), 1);
  });
  const from = async (path: string): Promise<string> => ((await (await go(path)).json()) as { from: string }).from;
  return { asked, timers, go, from };
}

it("takes the address of a machine in the hall, and no other", () => {
  expect(hubAddress(" 192.168.1.20:8799 ")).toBe(HUB);
  expect(hubAddress(`${HUB}/`)).toBe(HUB);
  for (const typed of ["http://192.168.1.20:8799", "https://evil.example:8799", "8.8.8.8", "192.168.1.20.evil.example", "https://192.168.1.20/x", "", "评议"])
    expect(hubAddress(typed)).toBeUndefined();
});

it("sends the ballot to the hub and nothing else", async () => {
  const { asked, from } = ways(async () => json({ from: "hub" }));
  const ballot = ["rounds/r/issuances", "rounds/r/slips", "rounds/r/window?township=t", "meetings/m/attendance/self"];
  for (const path of ballot) expect(await from(`/ballots/v1/${path}`)).toBe("hub");
  const others = ["/sync/v1/push", "/sync/v1/pull?cursor=a", "/sync/v1/hello", "/ballots/v1/rounds/r/board", "/auth/v1/replicas", "/ballots/v1/rounds"];
  for (const path of others) expect(await from(path)).toBe("home");
  expect(asked.filter((url) => url.startsWith(HUB))).toEqual(ballot.map((path) => `${HUB}/ballots/v1/${path}`));
});

it("goes home where the hub is not there, is another machine or does not do this, and then lets it rest", async () => {
  const strangers = [async () => Promise.reject(new TypeError("no")), async () => new Response("<html>"), async () => problem("not-at-hub", 503), async () => problem("round-delegated", 409)];
  for (const stranger of strangers) {
    const { asked, timers, from } = ways(stranger);
    expect(await from("/ballots/v1/rounds/r/slips")).toBe("home");
    expect(await from("/ballots/v1/rounds/r/slips")).toBe("home");
    expect(asked.filter((url) => url.startsWith(HUB))).toHaveLength(1);
    timers[0]?.();
    await from("/ballots/v1/rounds/r/slips");
    expect(asked.filter((url) => url.startsWith(HUB))).toHaveLength(2);
  }
});

it("brings the hub's own refusal back, and gives up on one that is silent", async () => {
  const refused = ways(async () => problem("already-issued", 409));
  expect((await refused.go("/ballots/v1/rounds/r/issuances")).status).toBe(409);
  const silent = ways((_url, init) => new Promise((_resolve, reject) => init?.signal?.addEventListener("abort", () => reject(new Error("aborted")))));
  const coming = silent.from("/ballots/v1/rounds/r/issuances");
  silent.timers[0]?.();
  expect(await coming).toBe("home");
});

it("L6 keeps all its unsent work while a hub stands at the server's own address, and delivers it once when home again", async () => {
  const server = new FakeServer();
  const phone = await enrolled(server);
  phone.online = false;
  const visit = await phone.core.create("visit", { village_id: "v1", visitor_id: "p1", start_at: 1000, narrative: "看了台账" });
  const before = await phone.rows("outbox");
  let asked = 0;
  const atHome = server.fetch;
  server.fetch = (async () => {
    asked += 1;
    return problem("not-at-hub", 503);
  }) as typeof fetch;
  phone.online = true;
  await phone.reboot();
  for (let tries = 0; tries < 5; tries += 1) {
    await phone.core.syncNow().catch(() => undefined);
    await phone.pass(10 * 60_000);
  }
  expect(asked).toBeGreaterThan(4);
  expect(await phone.rows("outbox")).toEqual(before);
  expect(phone.core.get(visit)).toMatchObject({ place: "device", fields: { narrative: "看了台账" } });
  expect(phone.core.sync()).toMatchObject({ waiting: 1, quarantined: 0 });
  expect(phone.core.sync().halted).toBeUndefined();
  server.fetch = atHome;
  await phone.reboot();
  await phone.core.syncNow();
  expect(phone.core.get(visit)?.place).toBe("arrived");
  expect([...server.applications.values()]).toEqual([1]);
});
