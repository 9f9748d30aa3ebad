import { expect, it } from "vitest";
import { Transport } from "../src/sync/transport.ts";
import { json } from "./fake-server.ts";
import { Phone, slugOf } from "./phone.ts";
import { FakeServer } from "./fake-server.ts";

async function sent(text: string): Promise<{ encoding: string | null; bytes: number }> {
  let seen = { encoding: null as string | null, bytes: 0 };
  const fetch = (async (_url: string, init: RequestInit) => {
    seen = {
      encoding: new Headers(init.headers).get("Content-Encoding"),
      bytes: (await new Response(init.body).arrayBuffer()).byteLength,
    };
    return json({});
  }) as typeof globalThis.fetch;
  await new Transport({ ...new Phone(new FakeServer()).ports(), fetch }).call({ method: "POST", path: "/x", text });
  return seen;
}

it("packs what is worth packing, and sends plain what the server would take for a bomb", async () => {
  const notes = JSON.stringify(
    Array.from({ length: 60 }, (_, at) => ({ n: at, hash: (at * 7919 + 13).toString(16), text: `第${at}次走访，看了台账` })),
  );
  const packed = await sent(notes);
  expect(packed.encoding).toBe("gzip");
  expect(packed.bytes).toBeLessThan(new TextEncoder().encode(notes).length / 2);
  expect((await sent(JSON.stringify("字".repeat(50_000)))).encoding).toBeNull();
  expect((await sent('{"short":1}')).encoding).toBeNull();
});

it("believes only problems: anything else is no network", async () => {
  const answers: [Response, string][] = [
    [new Response("<html>", { status: 404, headers: { "Content-Type": "text/html" } }), "no-network"],
    [new Response("", { status: 502 }), "no-network"],
    [json({ type: "/docs/problems#busy", title: "busy" }, 503), "busy"],
    [json({}, 500), "busy"],
    [new Response("{", { headers: { "Content-Type": "application/json" } }), "no-network"],
  ];
  for (const [answer, slug] of answers) {
    const fetch = (async () => answer) as unknown as typeof globalThis.fetch;
    const transport = new Transport({ ...new Phone(new FakeServer()).ports(), fetch });
    expect(await slugOf(transport.call({ method: "GET", path: "/x" }))).toBe(slug);
  }
});

it("gives a printed paper as its bytes, and none that is not the server's", async () => {
  const paper = (status: number, type: string): Response => new Response(new Uint8Array([37, 80, 68, 70]), { status, headers: { "Content-Type": type } });
  const asked = (answer: Response): Promise<{ body: unknown }> =>
    new Transport({ ...new Phone(new FakeServer()).ports(), fetch: (async () => answer) as unknown as typeof globalThis.fetch }).call({ method: "GET", path: "/x" });
  expect((await asked(paper(200, "application/pdf"))).body).toEqual(new Uint8Array([37, 80, 68, 70]));
  expect(await slugOf(asked(paper(404, "application/pdf")))).toBe("no-network");
  expect(await slugOf(asked(paper(200, "application/pdfx")))).toBe("no-network");
});

it("an idle poll is small: no body, few headers, under 500 bytes", async () => {
  let size = 0;
  const fetch = (async (url: string, init: RequestInit) => {
    const headers = Object.entries(init.headers as Record<string, string>);
    size = `GET ${url} HTTP/1.1\r\n`.length + headers.reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0);
    return new Response(null, { status: 204 });
  }) as typeof globalThis.fetch;
  const transport = new Transport({ ...new Phone(new FakeServer()).ports(), fetch });
  const query = { cursor: "c".repeat(180), schema_version: 1, limit: 500 };
  await transport.call({ method: "GET", path: "/sync/v1/pull", token: "t".repeat(43), query });
  expect(size).toBeLessThan(400);
});
