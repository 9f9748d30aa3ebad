/** How the PWA is built: hashed assets, our own service worker, every file compressed beforehand. */
import vue from "@vitejs/plugin-vue";
import { readFileSync } from "node:fs";
import { defineConfig } from "vite";
import { compressed } from "./scripts/compressed.ts";
import { serviceWorker } from "./scripts/service-worker.ts";
import { withoutIconFont } from "./scripts/without-icon-font.ts";

const version = (JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8")) as { version?: string }).version;

export default defineConfig({
  plugins: [vue(), withoutIconFont(), serviceWorker(), compressed()],
  define: {
    __APP_VERSION__: JSON.stringify(version ?? "0.1.0"),
    __VUE_OPTIONS_API__: "true",
    __VUE_PROD_DEVTOOLS__: "false",
    __VUE_I18N_FULL_INSTALL__: "false",
    __VUE_I18N_LEGACY_API__: "false",
    __INTLIFY_PROD_DEVTOOLS__: "false",
  },
  build: {
    target: ["chrome90", "safari16.4"],
    cssTarget: ["chrome90", "safari16.4"],
    outDir: "dist",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
