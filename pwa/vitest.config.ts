/** The core's tests: no browser, every port injected. */
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [vue()],
  define: { __APP_VERSION__: JSON.stringify("test") },
  test: { include: ["tests/**/*.test.ts"], environment: "node", testTimeout: 30_000 },
});
