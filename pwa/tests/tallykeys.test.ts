/** The tally key: the private half never leaves the phone before its release, and a printed copy brings it back. */
import { expect, it } from "vitest";
import { fromBase64 } from "../src/domain/ballot/bytes.ts";
import { pairOf } from "../src/domain/ballot/tallykey.ts";
import type { Core } from "../src/core.ts";
import { FakeServer } from "./fake-server.ts";
import { enrolled, type Phone, slugOf } from "./phone.ts";

const ROUND = "0193a000-0000-7000-8000-000000000001";
const PHRASE = "监票人的长口令一二三";
const RELEASE = `/ballots/v1/rounds/${ROUND}/tally-key/release`;

interface Hall {
  phone: Phone;
  core: Core;
  sent: { path: string; body: Record<string, string> }[];
}

async function hall(account = "scrutineer"): Promise<Hall> {
  const server = new FakeServer();
  const phone = await enrolled(server, account);
  const sent: Hall["sent"] = [];
  server.intercept = (path, _method, body) => {
    if (!path.startsWith("/ballots/")) return undefined;
    sent.push({ path, body: JSON.parse(body) });
    return new Response("{}", { status: 200, headers: { "Content-Type": "application/json" } });
  };
  return { phone, core: phone.core, sent };
}

it("is named to the server only after the passphrase, typed anew, has opened a dummy slip", async () => {
  const { core, sent } = await hall();
  const made = await core.tally.make(ROUND, PHRASE);
  expect(await slugOf(core.tally.send(ROUND))).toBe("tally-not-rehearsed");
  expect(await slugOf(core.tally.rehearse(ROUND, "监票人的长口令一二四"))).toBe("tally-passphrase-wrong");
  expect([core.tally.kept(ROUND)?.rehearsed, sent]).toEqual([false, []]);
  await core.tally.rehearse(ROUND, PHRASE);
  await core.tally.send(ROUND);
  expect(sent).toEqual([{ path: `/ballots/v1/rounds/${ROUND}/tally-key`, body: { public: made.point } }]);
});

it("stays on the phone over a restart, and is made once", async () => {
  const { phone, core } = await hall();
  const made = await core.tally.make(ROUND, PHRASE);
  const again = await phone.reboot();
  expect(again.tally.kept(ROUND)).toEqual(made);
  expect(await again.tally.make(ROUND, "another long passphrase")).toEqual(made);
  await again.tally.forget(ROUND);
  expect(again.tally.kept(ROUND)).toBeUndefined();
});

it("what lies on the phone and on paper holds the private half nowhere in clear", async () => {
  const { phone, core, sent } = await hall();
  const { copy } = await core.tally.make(ROUND, PHRASE);
  await core.tally.release(ROUND, PHRASE);
  const scalar = sent[0]?.body.private ?? "";
  const drafts = JSON.stringify(await phone.rows("drafts"), (_key, value) => (value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value));
  expect(scalar).toHaveLength(44);
  expect(`${copy}${drafts}`).not.toContain(scalar.slice(0, 40));
  expect(drafts).not.toContain(copy.slice(0, 19));
});

it("what is released is the private half of the key that was named", async () => {
  const { core, sent } = await hall();
  const { point } = await core.tally.make(ROUND, PHRASE);
  expect(await slugOf(core.tally.release(ROUND, "not the passphrase"))).toBe("tally-passphrase-wrong");
  await core.tally.release(ROUND, PHRASE);
  expect(sent.map(({ path }) => path)).toEqual([RELEASE]);
  const pair = await pairOf(crypto.subtle, fromBase64(sent[0]?.body.private ?? ""));
  expect(Buffer.from(pair.point).toString("base64")).toBe(point);
});

it("a printed copy, typed in any form on another phone, opens the box", async () => {
  const one = await hall();
  const { copy, point } = await one.core.tally.make(ROUND, PHRASE);
  const other = await hall("second");
  expect(await slugOf(other.core.tally.release(ROUND, PHRASE))).toBe("tally-key-absent");
  const typed = copy.toLowerCase().replaceAll("0", "o").replaceAll("1", "l").replaceAll(" ", "");
  await other.core.tally.takeBack(ROUND, typed, PHRASE, point);
  expect(other.core.tally.kept(ROUND)).toEqual({ point, copy, rehearsed: true });
  await other.core.tally.release(ROUND, PHRASE);
  expect(other.sent.map(({ path }) => path)).toEqual([RELEASE]);
});

it("a copy of another round, another passphrase or another key is refused", async () => {
  const { core } = await hall();
  const { copy } = await core.tally.make(ROUND, PHRASE);
  const next = ROUND.replace(/1$/, "2");
  const { point } = await core.tally.make(next, PHRASE);
  await core.tally.forget(next);
  expect(await slugOf(core.tally.takeBack(next, copy, PHRASE))).toBe("tally-passphrase-wrong");
  expect(await slugOf(core.tally.takeBack(ROUND, copy, "some other passphrase"))).toBe("tally-passphrase-wrong");
  expect(await slugOf(core.tally.takeBack(ROUND, copy, PHRASE, point))).toBe("tally-key-other");
});

it("a passphrase of nine characters makes no key", async () => {
  const { core } = await hall();
  expect(await slugOf(core.tally.make(ROUND, "一二三四五六七八九"))).toBe("pin-too-short");
  expect(core.tally.kept(ROUND)).toBeUndefined();
});
