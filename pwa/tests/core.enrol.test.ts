/** A lost answer to an enrolment costs no invitation: the same code asks again under the same name. */
import { expect, test } from "vitest";
import { FakeServer } from "./fake-server.ts";
import { Phone, PIN, slugOf } from "./phone.ts";

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
