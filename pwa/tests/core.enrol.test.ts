/** A lost answer to an enrolment costs no invitation: the same code asks again under the same name. */
import { expect, test } from "vitest";
import { FakeServer } from "./fake-server.ts";
import { enrolled, Phone, PIN, slugOf } from "./phone.ts";

const asked = (server: FakeServer): string[] =>
  server.seen.filter((one) => one.path === "/auth/v1/replicas").map((one) => JSON.parse(one.body).enrolment);

test("an answer that got lost is asked for again, even by a page that was closed in between", async () => {
  const server = new FakeServer();
  const phone = new Phone(server);
  await phone.boot();
  const input = { code: server.invite("a1"), label: "x", pin: PIN, platform: "node" };
  server.cutAfter = () => true;
  expect(await slugOf(phone.core.enrol(input))).toBe("no-network");
  expect(phone.core.phase()).toBe("absent");
  server.cutAfter = () => false;
  phone.core.close();
  await phone.boot();
  await phone.core.enrol(input);
  expect(phone.core.phase()).toBe("open");
  expect(server.replicas.size).toBe(1);
  const [first, second] = asked(server);
  expect(first).toMatch(/^[0-9a-f]{48}$/);
  expect(second).toBe(first);
});

test("another code has another name, and once enrolled nothing of it stays on disk", async () => {
  const server = new FakeServer();
  const phone = new Phone(server);
  await phone.boot();
  const input = { label: "x", pin: PIN, platform: "node" };
  expect(await slugOf(phone.core.enrol({ ...input, code: "CODE-WRONG" }))).toBe("invitation-invalid");
  const code = server.invite("a1");
  await phone.core.enrol({ ...input, code });
  const [wrong, right] = asked(server);
  expect(right).not.toBe(wrong);
  await expect.poll(async () => JSON.stringify(await phone.rows("meta"))).not.toContain(code);
});

test("a desk signs in by name and password, through its own door", async () => {
  const server = new FakeServer();
  const phone = new Phone(server);
  await phone.boot();
  const refuse = JSON.stringify({ type: "/docs/problems#sign-in-refused", title: "x", status: 403 });
  server.intercept = () => new Response(refuse, { status: 403, headers: { "Content-Type": "application/problem+json" } });
  const input = { login: "dang", password: "wrong", label: "x", pin: PIN, platform: "node" };
  expect(await slugOf(phone.core.enrol(input))).toBe("sign-in-refused");
  const [call] = server.seen;
  expect(call?.path).toBe("/auth/v1/desks");
  expect(JSON.parse(call?.body ?? "")).toMatchObject({ login: "dang", password: "wrong", enrolment: expect.stringMatching(/^[0-9a-f]{48}$/) });
  expect(phone.core.phase()).toBe("absent");
});

test("the passphrase is proved without opening anything, and a wrong one counts", async () => {
  const phone = await enrolled();
  await phone.core.proves(PIN);
  expect(await slugOf(phone.core.proves("not the phrase"))).toBe("wrong-pin");
  expect(phone.core.phase()).toBe("open");
});
