import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";

/** Builds the call page, `call.html`, `call.css` and `call.js`, beside the widget (after it: that empties the folder). */
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const out = process.env.WIDGET_OUT ?? here("../src/rexian/web/static/widget/");

const hash = (file: string) => createHash("sha256").update(readFileSync(file)).digest("hex").slice(0, 12);

function page(): Plugin {
  return {
    name: "rexian-call-page",
    closeBundle() {
      mkdirSync(out, { recursive: true });
      const html = readFileSync(here("call/call.html"), "utf8");
      writeFileSync(
        out + "call.html",
        html.replace("%CSS%", hash(out + "call.css")).replace("%JS%", hash(out + "call.js")),
      );
    },
  };
}

export default defineConfig({
  root: here("."),
  base: "/widget/",
  logLevel: "warn",
  publicDir: false,
  define: { "process.env.NODE_ENV": '"production"' },
  plugins: [page()],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: out,
    emptyOutDir: false,
    target: ["chrome119", "firefox119", "safari17"],
    modulePreload: false,
    lib: {
      entry: here("call/main.tsx"),
      formats: ["iife"],
      name: "rexianCall",
      fileName: () => "call.js",
      cssFileName: "call",
    },
  },
});
