import { afterEach, describe, expect, it, vi } from "vitest";
import { redeem } from "../src/sync/redeem.ts";
import type { Transport } from "../src/sync/transport.ts";
import { bytesOf, canHavePasskeys, makePasskey, signWithPasskey, textOf } from "../src/parts/passkey.ts";

const question = { challenge: "AAEC", site: "zoufang.example", user: "-_8", name: "云台镇", algorithms: [-7], valid_ms: 300_000 };
const buffer = (...bytes: number[]): ArrayBuffer => new Uint8Array(bytes).buffer;

function browser(credentials: object, hostname = "zoufang.example", isSecureContext = true): void {
  vi.stubGlobal("window", { isSecureContext, PublicKeyCredential: class {}, location: { hostname } });
  vi.stubGlobal("navigator", { credentials });
}

const slugOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "",
    (thrown) => thrown.slug ?? thrown.name,
  );

afterEach(() => vi.unstubAllGlobals());

describe("passkeys of a browser", () => {
  it("writes bytes as base64url and reads them again", () => {
    for (let length = 0; length < 9; length++) {
      const bytes = Uint8Array.from({ length }, (_, at) => 255 - at * 31);
      expect(textOf(bytes.buffer)).toMatch(/^[A-Za-z0-9_-]*$/);
      expect([...bytesOf(textOf(bytes.buffer))]).toEqual([...bytes]);
    }
  });

  it.each([
    ["zoufang.example", true, true],
    ["localhost", true, true],
    ["192.168.1.20", true, false],
    ["[::1]", true, false],
    ["zoufang.example", false, false],
  ])("at %s (secure: %s) they are possible: %s", (hostname, secure, possible) => {
    browser({}, hostname, secure);
    expect(canHavePasskeys()).toBe(possible);
  });

  it("asks for a passkey that needs its person and no name", async () => {
    const create = vi.fn(async () => ({ rawId: buffer(1), response: { clientDataJSON: buffer(2), attestationObject: buffer(3) } }));
    browser({ create });
    expect(await makePasskey(question)).toEqual({ credential: "AQ", client_data: "Ag", attestation: "Aw" });
    expect(create).toHaveBeenCalledWith({
      publicKey: expect.objectContaining({
        rp: { id: "zoufang.example", name: "云台镇" },
        authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: "required" },
      }),
    });
  });

  it("says who turned away and what is there already", async () => {
    const fails = (name: string) => async () => Promise.reject(Object.assign(new Error(name), { name }));
    browser({ create: fails("InvalidStateError"), get: fails("NotAllowedError") });
    expect(await slugOf(makePasskey(question))).toBe("passkey-known");
    expect(await slugOf(signWithPasskey(question))).toBe("passkey-cancelled");
    browser({ create: fails("SecurityError"), get: async () => null });
    expect(await slugOf(makePasskey(question))).toBe("no-passkeys-here");
    expect(await slugOf(signWithPasskey(question))).toBe("passkey-cancelled");
    browser({ get: fails("TypeError") });
    expect(await slugOf(signWithPasskey(question))).toBe("TypeError");
  });

  it("becomes a desk with what was signed, and sends no name", async () => {
    const call = vi.fn(async () => ({ status: 201, body: {} }));
    const passkey = { credential: "AQ" };
    await redeem({ call } as unknown as Transport, { passkey, label: "办公室", platform: "desktop", pin: "x", enrolment: "e" });
    expect(call).toHaveBeenCalledWith({
      method: "POST",
      path: "/auth/v1/desks/passkey",
      body: { passkey, label: "办公室", platform: "desktop", enrolment: "e", schema_version: expect.any(Number) },
    });
  });
});
