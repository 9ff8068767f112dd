import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  test: {
    projects: [
      {
        plugins: [react()],
        resolve: { alias: { "@kit": here("kit"), "@": here("console/src") } },
        test: {
          name: "console",
          environment: "jsdom",
          include: ["kit/**/*.test.{ts,tsx}", "console/**/*.test.{ts,tsx}"],
          setupFiles: [here("console/src/app/test-setup.ts")],
          restoreMocks: true,
          // Whole pages in jsdom on a busy machine of two cores.
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
        test: {
          name: "widget",
          environment: "jsdom",
          include: ["widget/**/*.test.{ts,tsx}", "call/**/*.test.{ts,tsx}"],
          restoreMocks: true,
        },
      },
    ],
  },
});
