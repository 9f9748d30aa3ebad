/** A round of two subjects at a ballot office in memory: signs with the keys of the vectors, keeps a box, opens it. */
import { readFileSync } from "node:fs";
import { fromBase64, fromNumber, joined, toBase64, toHex, toNumber } from "../src/domain/ballot/bytes.ts";
import { manifestHash } from "../src/domain/ballot/fingerprint.ts";
import type { Manifest } from "../src/domain/ballot/manifest.ts";
import { type BoardEntry, headOf } from "../src/domain/ballot/mine.ts";
import { label, slipHash, tracker } from "../src/domain/ballot/slip.ts";
import type { FakeServer } from "./fake-server.ts";
import { enrolled, type Phone } from "./phone.ts";

interface Key {
  subject: string;
  group: string;
  p: string;
  q: string;
}
const vectors = JSON.parse(readFileSync(new URL("../../tests/vectors/ballot.json", import.meta.url), "utf8"));
export const MANIFEST: Manifest = vectors.manifest;
export const ROUND = MANIFEST.round;
export const SUBJECTS = MANIFEST.subjects.map(({ id }) => id);
const GROUP = MANIFEST.groups[0]?.slug as string;
const MEETING = "0193a1b2-0000-7000-8000-00000000aaaa";
export const ROLL = "0193a1b2-0000-7000-8000-00000000bbbb";
const { subtle } = globalThis.crypto;
const CURVE = { name: "ECDH", namedCurve: "P-256" };

export class FakeBallots {
  windows: Record<string, number> = { [GROUP]: -1 };
  left_ms = 3_600_000;
  readonly issued = new Map<string, string>();
  readonly box = new Map<string, { subject: string; slip: string; box: "in" | "late" }>();
  /** What was asked for, answered or not. */
  readonly asked: string[] = [];
  /** When a phone first heard that its window is full. */
  company: number | undefined;
  /** Headers and body of each posting, as they came. */
  readonly posts: { headers: Headers; body: string; atMs: number }[] = [];
  /** Answers in the office's place: a problem's slug, "cut" after the work is done, or nothing. */
  trouble: (what: string) => string | undefined = () => undefined;
  clock: () => number = () => 0;
  private board: { board: BoardEntry[]; late: { hash: string }[]; head: string } | undefined;

  constructor(readonly server: FakeServer) {
    const inner = server.fetch;
    server.fetch = (async (input: string, init?: RequestInit) => {
      const url = new URL(String(input), "http://server");
      return url.pathname.startsWith("/ballots/") ? this.serve(url, init) : inner(input, init);
    }) as typeof fetch;
  }

  /** The records that the phone pulls. */
  issue(recusals: string[] = []): void {
    this.server.write(MEETING, "meeting", { title: "述职评议会", place: "镇政府三楼", state: "open" }, { scope: "town:t" });
    this.server.write(ROLL, "roll_entry", { meeting_id: MEETING, group: GROUP, recusals, status: "expected" }, { scope: "own:a1" });
    this.state("issued", { manifest: JSON.stringify(MANIFEST), deadline_ms: MANIFEST.deadline_ms, words: "地 锄 鸭 军" });
  }

  state(state: string, more: object = {}): void {
    this.server.write(ROUND, "ballot_round", { meeting_id: MEETING, no: 1, title: MANIFEST.title, state, ...more }, { scope: "town:t" });
  }

  private async serve(url: URL, init: RequestInit = {}): Promise<Response> {
    await new Promise((resolve) => setTimeout(resolve, 0));
    const what = url.pathname.split("/").pop() ?? "";
    this.asked.push(what);
    const refused = this.trouble(what);
    if (refused === "gone") throw new TypeError("no line");
    if (refused && refused !== "cut") return json({ type: `#${refused}`, title: refused, device_action: "stop" }, 409);
    const body = await textOf(init);
    const answer = await this.answer(what, body, new Headers(init.headers));
    if (refused === "cut") throw new TypeError("cut after the work");
    return answer;
  }

  private async answer(what: string, body: string, headers: Headers): Promise<Response> {
    if (what === "window" && (this.windows[GROUP] ?? -1) > 0) this.company ??= this.clock();
    if (what === "window") return json({ windows: this.windows, closes_ms: this.left_ms, server_time_ms: 0 });
    if (what === "slips") return this.post(JSON.parse(body), headers, body);
    if (!headers.get("Authorization")) return json({ type: "#unknown-replica", title: "who?", device_action: "enrol" }, 401);
    if (what === "issuances") return this.sign(JSON.parse(body).sheet);
    return json(this.board);
  }

  private sign(sheet: { subject: string; blinded: string }[]): Response {
    for (const { subject, blinded } of sheet) {
      if (this.issued.has(subject) && this.issued.get(subject) !== blinded) return json({ type: "#already-issued", title: "other bytes" }, 409);
      this.issued.set(subject, blinded);
    }
    return json({ sheet: sheet.map(({ subject, blinded }) => ({ subject, signature: signature(subject, blinded) })), window: 1 });
  }

  private async post({ subject, slip }: { subject: string; slip: string }, headers: Headers, body: string): Promise<Response> {
    this.posts.push({ headers, body, atMs: this.clock() });
    const box = this.box.get(slip)?.box ?? (this.left_ms > 0 ? "in" : "late");
    this.box.set(slip, { subject, slip, box });
    return json({ tracker: await tracker(subtle, fromBase64(slip)), box });
  }

  /** The box opened with the tally key 42, as docs/ballot.md 6 has it; `spoil` changes what is published. */
  async open(spoil: (board: BoardEntry[]) => BoardEntry[] = (board) => board): Promise<void> {
    const hash = await manifestHash(subtle, MANIFEST);
    const lines: (BoardEntry & { hash: string })[] = [];
    for (const { subject, slip, box } of this.box.values()) {
      const bytes = fromBase64(slip);
      const key = await slipKey(bytes.slice(32, 97), label(hash, ROUND, { subject, group: GROUP }));
      if (box === "in") lines.push({ subject, group: GROUP, slip, key, link: "", hash: toHex(await slipHash(subtle, bytes)) });
    }
    const order = (subject: string): number => SUBJECTS.indexOf(subject);
    lines.sort((one, other) => order(one.subject) - order(other.subject) || one.hash.localeCompare(other.hash));
    const late = [...this.box.values()].filter(({ box }) => box === "late");
    const board = spoil(lines);
    this.board = {
      board,
      head: await headOf(subtle, MANIFEST, board),
      late: await Promise.all(late.map(async ({ slip }) => ({ hash: toHex(await slipHash(subtle, fromBase64(slip))) }))),
    };
    this.state("opened");
  }
}

/** An evaluator's phone with an issued round. */
export async function evaluator(): Promise<{ phone: Phone; office: FakeBallots }> {
  const phone = await enrolled();
  const office = new FakeBallots(phone.server);
  phone.extra = { fetch: phone.server.fetch };
  office.clock = () => phone.nowMs;
  office.issue();
  office.state("open");
  await phone.reboot();
  phone.core.start();
  await phone.core.syncNow();
  return { phone, office };
}

function signature(subject: string, blinded: string): string {
  const key = (vectors.keys as Key[]).find((one) => one.subject === subject) as Key;
  const [p, q] = [BigInt(`0x${key.p}`), BigInt(`0x${key.q}`)];
  const d = inverse(65537n, (p - 1n) * (q - 1n));
  return toBase64(fromNumber(power(toNumber(fromBase64(blinded)), d, p * q), 256));
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let [result, square] = [1n, base];
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

function inverse(value: bigint, modulus: bigint): bigint {
  let [rest, next, have, add] = [modulus, value, 0n, 1n];
  while (next !== 0n) {
    const times = rest / next;
    [rest, next, have, add] = [next, rest - times * next, add, have - times * add];
  }
  return ((have % modulus) + modulus) % modulus;
}

/** The key of a seal from the private side: the scalar 42 of the vectors. */
async function slipKey(point: Uint8Array<ArrayBuffer>, bound: Uint8Array<ArrayBuffer>): Promise<string> {
  const tallyKey = fromBase64(MANIFEST.tally_key);
  const half = (at: number): string => toBase64(tallyKey.slice(at, at + 32)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const d = toBase64(fromNumber(42n, 32)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const own = await subtle.importKey("jwk", { kty: "EC", crv: "P-256", x: half(1), y: half(33), d }, CURVE, false, ["deriveBits"]);
  const epk = await subtle.importKey("raw", point, CURVE, false, []);
  const shared = await subtle.deriveBits({ name: "ECDH", public: epk }, own, 256);
  const base = await subtle.importKey("raw", shared, "HKDF", false, ["deriveBits"]);
  const how = { name: "HKDF", hash: "SHA-256", salt: joined(point, tallyKey), info: bound };
  return toHex(new Uint8Array(await subtle.deriveBits(how, base, 256)));
}

async function textOf(init: RequestInit): Promise<string> {
  if (!(init.body instanceof ArrayBuffer)) return String(init.body ?? "");
  return new Response(new Blob([init.body]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
}

const json = (body: unknown, status = 200): Response => new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
