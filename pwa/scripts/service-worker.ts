/** After the build, `src/sw.ts` becomes one classic script `sw.js` that knows the revision of every file it must keep. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { build, type Plugin } from "vite";

export interface Kept {
  url: string;
  revision: string | null;
}

export function serviceWorker(): Plugin {
  let root = ".";
  let out = "dist";
  return {
    name: "service-worker",
    apply: "build",
    configResolved(config) {
      root = config.root;
      out = resolve(root, config.build.outDir);
    },
    closeBundle: {
      order: "pre",
      sequential: true,
      async handler() {
        await writeWorker(root, out, kept(out));
      },
    },
  };
}

/** A file whose name carries its hash needs no revision; every other one gets the hash of its bytes. */
export function kept(out: string): Kept[] {
  return files(out)
    .map((path) => relative(out, path))
    .filter((name) => name !== "sw.js" && !/\.(br|gz|map)$/.test(name))
    .sort()
    .map((name) => ({ url: `/${name}`, revision: name.startsWith("assets/") ? null : digest(join(out, name)) }));
}

function files(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? files(path) : [path];
  });
}

function digest(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex").slice(0, 16);
}

async function writeWorker(root: string, out: string, manifest: Kept[]): Promise<void> {
  await build({
    root,
    configFile: false,
    logLevel: "warn",
    publicDir: false,
    define: { "self.__WB_MANIFEST": JSON.stringify(manifest), "process.env.NODE_ENV": '"production"' },
    build: {
      target: ["chrome90", "safari16.4"],
      outDir: out,
      emptyOutDir: false,
      lib: { entry: join(root, "src/sw.ts"), formats: ["iife"], name: "zoufang", fileName: () => "sw.js" },
    },
  });
}
