/** What a phone must load before it can seal a sheet: one lazy piece of its own, at most 6 KB gzip. */
import { gzipSync } from "node:zlib";
import { build, type Rollup } from "vite";
import { expect, it } from "vitest";

const LIMIT_BYTES = 6 * 1024;
const SOURCE = new URL("../../src/ballot.ts", import.meta.url).pathname;
/** What the first screen has loaded already. */
const shared = (id: string): boolean => !/virtual|src\/ballot\.ts|domain\/ballot\/|sync\/ballot-|ballot-|\.\/(bytes|blind|fingerprint|held|manifest|mine|slip|words)\.ts/.test(id);

it("weighs at most 6 KB", async () => {
  const built = await build({
    configFile: false,
    logLevel: "silent",
    build: {
      write: false,
      target: ["chrome90", "safari16.4"],
      modulePreload: false,
      rollupOptions: { input: SOURCE, preserveEntrySignatures: "strict", external: shared },
    },
  });
  const outputs = (Array.isArray(built) ? built : [built]) as Rollup.RollupOutput[];
  const code = outputs.flatMap((output) => output.output).map((chunk) => ("code" in chunk ? chunk.code : ""));
  const bytes = gzipSync(code.join("\n"), { level: 9 }).length;
  console.log(`ballot client: ${bytes} bytes gzip`);
  expect(code.join("")).toContain("zoufang-ballot-1/seal");
  expect(code.join("")).not.toContain("zoufang/names");
  expect(bytes).toBeGreaterThan(2000);
  expect(bytes).toBeLessThanOrEqual(LIMIT_BYTES);
});
