/** The only place that talks to the network: one request, one answer or one problem. */
import type { Ports, Problem } from "../contract.ts";
import { problem, ProblemError } from "../domain/problem.ts";

export interface Call {
  method: string;
  path: string;
  token?: string;
  body?: unknown;
  /** JSON that must go out as it is. */
  text?: string;
  query?: Record<string, string | number | undefined>;
  timeout_ms?: number;
}
/** Shape: `body` what the JSON says; the bytes of a printed paper */
export interface Answer {
  status: number;
  body: unknown;
}

const PDF = "application/pdf";
const TIMEOUT_MS = 60_000;
/** Below this a body is not worth packing. */
const WORTH_BYTES = 1024;
/** The server refuses what inflates more than twenty-fold; stay well below. */
const MOST_RATIO = 15;

export class Transport {
  private readonly flights = new Set<AbortController>();

  constructor(private readonly ports: Ports) {}

  /** Cuts every request under way; what it did on the server is learned at the next one. */
  abort(): void {
    for (const flight of this.flights) flight.abort();
  }

  /**
   * The answer of a call.
   *
   * Raises: whatever problem the server names; no-network, timeout
   */
  async call(call: Call): Promise<Answer> {
    const { body, headers } = await packed(call.text ?? (call.body === undefined ? undefined : JSON.stringify(call.body)));
    if (call.token) headers.Authorization = `Bearer ${call.token}`;
    const flight = new AbortController();
    this.flights.add(flight);
    let late = false;
    const cancel = this.ports.setTimer(() => {
      late = true;
      flight.abort();
    }, call.timeout_ms ?? TIMEOUT_MS);
    try {
      const init: RequestInit = {
        method: call.method,
        headers,
        body,
        signal: flight.signal,
        cache: "no-store",
        credentials: "omit",
      };
      const response = await this.ports.fetch(urlOf(this.ports.baseUrl ?? "", call), init);
      return await readAnswer(response);
    } catch (thrown) {
      if (thrown instanceof ProblemError) throw thrown;
      if (late) throw problem("timeout", "the answer did not come in time", { device_action: "retry" });
      throw problem("no-network", "the server cannot be reached", { device_action: "retry", detail: String(thrown) });
    } finally {
      cancel();
      this.flights.delete(flight);
    }
  }
}

function urlOf(base: string, call: Call): string {
  const pairs = Object.entries(call.query ?? {}).filter((pair): pair is [string, string | number] => pair[1] !== undefined);
  const query = pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
  return base.replace(/\/$/, "") + call.path + (query ? `?${query}` : "");
}

async function packed(text: string | undefined): Promise<{ body: BodyInit | null; headers: Record<string, string> }> {
  if (text === undefined) return { body: null, headers: {} };
  const headers: Record<string, string> = { "Content-Type": "application/json" };
  if (text.length < WORTH_BYTES || typeof CompressionStream === "undefined") return { body: text, headers };
  const plain = new Blob([text]);
  const small = await new Response(plain.stream().pipeThrough(new CompressionStream("gzip"))).arrayBuffer();
  if (small.byteLength > plain.size * 0.9 || plain.size / small.byteLength > MOST_RATIO) return { body: text, headers };
  return { body: small, headers: { ...headers, "Content-Encoding": "gzip" } };
}

async function readAnswer(response: Response): Promise<Answer> {
  if (response.status === 204) return { status: 204, body: undefined };
  const type = response.headers.get("Content-Type") ?? "";
  if (response.ok && type === PDF) return { status: response.status, body: new Uint8Array(await response.arrayBuffer()) };
  if (!type.includes("json")) {
    const detail = `an answer of type ${type || "unknown"} with status ${response.status}`;
    throw problem("no-network", "something else than the server answered", { device_action: "retry", detail });
  }
  const body: unknown = await response.json();
  if (response.ok) return { status: response.status, body };
  throw new ProblemError(problemOf(response, body));
}

/** The server's problem; the slug is the end of its `type`. */
function problemOf(response: Response, body: unknown): Problem {
  const told = (body ?? {}) as Record<string, unknown>;
  const type = typeof told.type === "string" ? told.type : "";
  const found: Problem = {
    slug: type.includes("#") ? type.slice(type.indexOf("#") + 1) : response.status >= 500 ? "busy" : "malformed-answer",
    status: response.status,
    title: typeof told.title === "string" ? told.title : `status ${response.status}`,
  };
  if (typeof told.detail === "string") found.detail = told.detail;
  if (typeof told.device_action === "string") found.device_action = told.device_action;
  if (Array.isArray(told.errors)) found.errors = told.errors as Problem["errors"];
  if (typeof told.expected === "number") found.expected = told.expected;
  if (told.how === "password" || told.how === "passkey" || told.how === "set-password") found.how = told.how;
  if (typeof told.passkey === "boolean") found.passkey = told.passkey;
  if (typeof told.guard === "string") found.guard = told.guard;
  const wait = Number(response.headers.get("Retry-After"));
  if (Number.isFinite(wait) && wait > 0) found.retry_after_s = wait;
  return found;
}
