import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Where the development server sends what is not the console's own: a running Rexian. */
const server = process.env["REXIAN_URL"] ?? "http://127.0.0.1:8420";

export default defineConfig({
  root: here("console"),
  base: "/console/",
  publicDir: here("console/public"),
  plugins: [react(), tailwindcss()],
  resolve: { alias: { "@kit": here("kit"), "@": here("console/src") } },
  build: {
    outDir: here("../src/rexian/web/static/console"),
    emptyOutDir: true,
    target: "es2022",
    // Inlined data: URLs would need a wider Content-Security-Policy for scripts and styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
  },
  worker: { format: "es" },
  server: {
    host: "127.0.0.1",
    proxy: {
      "/api": server,
      "/feed": { target: server, ws: true },
    },
  },
});
