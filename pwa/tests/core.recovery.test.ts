/** A forgotten passphrase costs nothing: the office answers, the phone takes a new one, and everything is where it was. */
import { expect, it } from "vitest";
import type { Core, RecoveryRequest } from "../src/core.ts";
import { FakeServer } from "./fake-server.ts";
import { enrolled, type Phone, PIN, settle, slugOf } from "./phone.ts";
import { newSafe, type Safe } from "./recovery.ts";

const TEXT = "群众说路灯坏了三年";
const NEW_PIN = "a better horse 木";

async function forgotten(): Promise<{ server: FakeServer; safe: Safe; phone: Phone; office: Core }> {
  const server = new FakeServer();
  const safe = await newSafe(server);
  server.write("11111111-1111-7111-8111-111111111111", "visit", { narrative: "of others" });
  const phone = await enrolled(server);
  await phone.core.create("visit", { village_id: "v1", narrative: TEXT });
  await phone.core.saveDraft("visit/new", { text: "没写完" });
  phone.core.lock();
  await phone.core.capture("路上看到的");
  return { server, safe, phone, office: (await enrolled(server, "office")).core };
}

async function whole(phone: Phone): Promise<void> {
  expect(phone.core.phase()).toBe("open");
  expect(phone.core.list("visit").map((view) => view.fields.narrative)).toContain(TEXT);
  expect(phone.core.draft("visit/new")).toEqual({ text: "没写完" });
  expect(phone.core.captures().map(({ text }) => text)).toEqual(["路上看到的"]);
  await phone.core.syncNow();
  expect(phone.core.sync().waiting).toBe(0);
  expect(phone.core.list("visit")).toHaveLength(2);
}

it("over the network: asked, answered, opened with a new passphrase; the old one opens nothing any more", async () => {
  const { server, safe, phone, office } = await forgotten();
  const asked = await phone.core.askRecovery();
  expect(asked).toMatchObject({ sent: true, answered: false });
  const seen = server.askedKey as RecoveryRequest;
  expect(await office.recoveryDigits(seen.public_key)).toBe(asked?.digits);
  expect(asked?.digits).toMatch(/^\d{4} \d{4} \d{4}$/);
  server.answeredKey = (await office.answerRecovery(seen, ` ${safe.printed}\n`)).answer;
  expect(await phone.core.askRecovery()).toMatchObject({ digits: asked?.digits, answered: true });
  await phone.core.recover(NEW_PIN);
  await whole(phone);
  phone.core.lock();
  expect(await slugOf(phone.core.unlock(PIN))).toBe("wrong-pin");
  await phone.reboot(NEW_PIN);
  expect(phone.core.phase()).toBe("open");
});

it("without a network the two texts go from hand to hand, and a restart in between costs nothing", async () => {
  const { phone, safe, office } = await forgotten();
  phone.online = false;
  const asked = await phone.core.askRecovery();
  expect(asked?.sent).toBe(false);
  const { text } = await office.answerRecovery(office.readRecovery(`求助码： ${asked?.text} 谢谢`), safe.printed);
  phone.core.close();
  await phone.boot();
  expect((await phone.core.askRecovery())?.digits).toBe(asked?.digits);
  await phone.core.takeRecovery(`党建办：\n${text.slice(0, 40)}\n${text.slice(40)}`);
  await phone.core.recover(NEW_PIN);
  phone.online = true;
  await whole(phone);
});

it("after ten wrong passphrases, too: the cache is fetched again, and the tries begin anew", async () => {
  const { server, phone, safe, office } = await forgotten();
  for (let i = 0; i < 10; i++) {
    await slugOf(phone.core.unlock("wrong horse 木木"));
    await phone.pass(1_800_000);
  }
  expect(await slugOf(phone.core.unlock(PIN))).toBe("pin-erased");
  expect(await phone.rows("mirror")).toEqual([]);
  await phone.core.askRecovery();
  server.answeredKey = (await office.answerRecovery(server.askedKey as RecoveryRequest, safe.printed)).answer;
  await phone.core.askRecovery();
  await phone.core.recover(NEW_PIN);
  await whole(phone);
  phone.core.lock();
  expect(await slugOf(phone.core.unlock("wrong horse 木木"))).toBe("wrong-pin");
});

it("neither the server nor the disk of the phone ever sees the key", async () => {
  const { server, phone, safe, office } = await forgotten();
  await phone.core.askRecovery();
  const { answer } = await office.answerRecovery(server.askedKey as RecoveryRequest, safe.printed);
  server.answeredKey = answer;
  await phone.core.askRecovery();
  const wire = JSON.stringify([server.seen, answer]);
  expect(wire).not.toContain(safe.printed);
  const meta = (await phone.rows("meta")) as { own?: CryptoKey }[];
  const own = meta.find((row) => row?.own)?.own;
  expect(own?.extractable).toBe(false);
  await phone.core.recover(NEW_PIN);
  expect(((await phone.rows("meta")) as { own?: CryptoKey }[]).some((row) => row?.own)).toBe(false);
});

it("a wrong key, a wrong text, another phone's answer and a short passphrase are told apart and change nothing", async () => {
  const { server, phone, safe, office } = await forgotten();
  await phone.core.askRecovery();
  const asked = server.askedKey as RecoveryRequest;
  expect(await slugOf(phone.core.recover(NEW_PIN))).toBe("recovery-unanswered");
  expect(await slugOf(office.answerRecovery(asked, (await newSafe()).printed))).toBe("recovery-key-wrong");
  expect(await slugOf(office.answerRecovery(asked, "抽屉里的另一张纸"))).toBe("recovery-key-wrong");
  expect(await slugOf(phone.core.takeRecovery("ZFA1.abc"))).toBe("recovery-text-unreadable");
  expect(await slugOf(Promise.resolve().then(() => office.readRecovery("没有")))).toBe("recovery-text-unreadable");
  const other = await forgotten();
  const otherAsked = await other.phone.core.askRecovery();
  const { text } = await other.office.answerRecovery(other.office.readRecovery(otherAsked?.text ?? ""), other.safe.printed);
  await phone.core.takeRecovery(text);
  expect(await slugOf(phone.core.recover(NEW_PIN))).toBe("recovery-refused");
  const right = await office.answerRecovery(asked, safe.printed);
  await phone.core.takeRecovery(right.text);
  expect(await slugOf(phone.core.recover("short"))).toBe("pin-too-short");
  await phone.core.recover(NEW_PIN);
  await whole(phone);
});

it("a key made after the phone enrolled, or a newer one, opens it from its next unlock on", async () => {
  const server = new FakeServer();
  const phone = await enrolled(server);
  const office = (await enrolled(server, "office")).core;
  await phone.core.create("visit", { village_id: "v1", narrative: TEXT });
  for (const pin of [PIN, NEW_PIN]) {
    const safe = await newSafe(server);
    await phone.reboot(pin);
    await phone.core.syncNow();
    await phone.reboot(pin);
    phone.core.lock();
    await phone.core.askRecovery();
    server.answeredKey = (await office.answerRecovery(server.askedKey as RecoveryRequest, safe.printed)).answer;
    await phone.core.askRecovery();
    await phone.core.recover(NEW_PIN);
    expect(phone.core.list("visit")).toHaveLength(1);
  }
});

it("where the township had no recovery key, nobody is promised anything", async () => {
  const phone = await enrolled();
  phone.core.lock();
  expect(await phone.core.askRecovery()).toBeUndefined();
  await settle();
  await phone.core.unlock(PIN);
  expect(phone.core.phase()).toBe("open");
});
