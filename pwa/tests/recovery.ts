/** The office's safe: a recovery key, and what it opens of a parcel. */
import { outboxLabel } from "../src/store/rows.ts";
import { aesKey, fromBase64, fromUtf8, openWith, type PublicBox, privateKey, Sealer, toBase64 } from "../src/store/seal.ts";
import type { FakeServer } from "./fake-server.ts";

export interface Safe {
  publicKey: string;
  /** As it is printed: base64 of 32 bytes. */
  printed: string;
  open(body: string): Promise<string[]>;
}

export async function newSafe(server?: FakeServer): Promise<Safe> {
  const pair = (await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"])) as CryptoKeyPair;
  const publicRaw = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const { d = "" } = await crypto.subtle.exportKey("jwk", pair.privateKey);
  const own = await privateKey(crypto, new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey)));
  if (server) server.recoveryKey = toBase64(publicRaw);
  return {
    publicKey: toBase64(publicRaw),
    printed: Buffer.from(d, "base64url").toString("base64"),
    async open(body) {
      const parcel = JSON.parse(body, (_key, value) => value) as Parcel;
      const wrap = boxOf(parcel.vault.recovery);
      const raw = await openWith(crypto, own, publicRaw, `zoufang/recovery/${parcel.vault.id}`, wrap as PublicBox);
      const sealer = new Sealer(crypto, await aesKey(crypto, raw));
      return Promise.all(parcel.outbox.map(async (row) => fromUtf8(await sealer.open(outboxLabel(row.change ?? ""), boxOf(row)))));
    },
  };
}

type Row = Record<string, string>;
interface Parcel {
  vault: { id: string; recovery: Row };
  outbox: Row[];
}

function boxOf(row: Row) {
  return { epk: fromBase64(row.epk ?? ""), iv: fromBase64(row.iv ?? ""), ct: fromBase64(row.ct ?? "") };
}
