import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build, defineConfig, type BuildEnvironmentOptions, type InlineConfig, type Plugin } from "vite";

/**
 * Builds the customer's side into `src/rexian/web/static/widget/`:
 *
 * - `loader.js`, served as `/w.js`: a classic script that fetches the widget by its hashed name;
 * - `widget-<hash>.js` and, imported by it when the chat is first opened, `panel-<hash>.js`: ES modules;
 * - `hosted.html`, `hosted.css`, `hosted.js` for `/c/{site_key}`: everything in one classic script.
 *
 * No inline script or style anywhere.
 */
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
/** Tests build into a folder of their own. */
const out = process.env.WIDGET_OUT ?? here("../src/rexian/web/static/widget/");
const tokensFile = here("kit/tokens.css");

/** Tokens that the widget does not use stay out of it, and so does the block for the system's theme (set by script). */
function usedTokens(): Plugin {
  return {
    name: "rexian-used-tokens",
    enforce: "pre",
    load(id) {
      if (!id.startsWith(tokensFile)) return null;
      const css = ["base", "panel"].map((name) => readFileSync(here(`widget/${name}.css`), "utf8")).join("");
      return pruned(readFileSync(tokensFile, "utf8"), css);
    },
  };
}

const ICONS = "/kit/icons/paths";

/** Each icon becomes a module of its own, so that the launcher does not carry those of the panel. */
function singleIcons(): Plugin {
  return {
    name: "rexian-single-icons",
    enforce: "pre",
    transform(code, id) {
      if (!id.endsWith(".tsx")) return null;
      return code.replace(
        /import \{([^}]*)\} from "([^"]*\/icons\/paths)";/g,
        (_, names: string, from: string) =>
          names
            .split(",")
            .filter((name) => name.trim())
            .map((name) => `import {${name}} from "${from}?icon=${name.trim().split(" ")[0]!}";`)
            .join(" "),
      );
    },
    resolveId(id) {
      return id.includes(`${ICONS}?icon=`) ? here("kit/icons/paths.ts") + id.slice(id.indexOf("?")) : null;
    },
    load(id) {
      const [file, name] = id.split("?icon=");
      if (!name || !file!.includes(ICONS)) return null;
      return new RegExp(`export const ${name} =\\s*"[^"]*";`).exec(readFileSync(file!, "utf8"))?.[0] ?? null;
    },
  };
}

export function pruned(tokens: string, users: string): string {
  const bare = tokens
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/@media \(prefers-color-scheme: dark\) \{[^{}]*\{[^{}]*\}\s*\}/, "")
    .replace(/:root[^,{]*,\s*/g, "");
  const values = new Map([...bare.matchAll(/(--rx-[\w-]+):\s*([^;]+);/g)].map((m) => [m[1]!, m[2]!]));
  const used = new Set<string>();
  const visit = (text: string) => {
    for (const [, name] of text.matchAll(/var\((--rx-[\w-]+)/g)) {
      if (used.has(name!)) continue;
      used.add(name!);
      visit(values.get(name!) ?? "");
    }
  };
  visit(users);
  return bare.replace(/[ \t]*(--rx-[\w-]+):\s*[^;]+;\n?/g, (line, name: string) =>
    used.has(name) ? line : "",
  );
}

const common = (extra: Plugin[] = []): InlineConfig => ({
  configFile: false,
  root: here("."),
  base: "/widget/",
  logLevel: "warn",
  publicDir: false,
  plugins: [usedTokens(), singleIcons(), ...extra],
  define: { "process.env.NODE_ENV": '"production"' },
  oxc: {
    jsx: { runtime: "automatic", importSource: "preact" },
    assumptions: { setPublicClassFields: true },
  },
});

const shared: BuildEnvironmentOptions = {
  outDir: out,
  emptyOutDir: false,
  // Browsers from the spring of 2022 on.
  target: ["chrome92", "firefox92", "safari15.4"],
  cssTarget: "chrome100",
  minify: true,
  modulePreload: false,
};

/** One classic script with everything in it. */
function whole(entry: string, file: string, define: Record<string, string> = {}): InlineConfig {
  const config = common();
  return {
    ...config,
    define: { ...config.define, ...define },
    build: {
      ...shared,
      lib: { entry: here(`widget/${entry}`), formats: ["iife"], name: "rexian", fileName: () => file },
    },
  };
}

const hash = (file: string) => createHash("sha256").update(readFileSync(file)).digest("hex").slice(0, 12);

/** Everything but the widget itself, once that is written. */
function theRest(): Plugin {
  let widget = "";
  return {
    name: "rexian-widget-rest",
    generateBundle(_, bundle) {
      widget = Object.values(bundle).find((one) => one.type === "chunk" && one.isEntry)!.fileName;
    },
    async closeBundle() {
      await build(whole("hosted.ts", "hosted.js"));
      writeFileSync(out + "hosted.css", readFileSync(here("widget/hosted.css")));
      const html = readFileSync(here("widget/hosted.html"), "utf8");
      writeFileSync(
        out + "hosted.html",
        html.replace("%CSS%", hash(out + "hosted.css")).replace("%JS%", hash(out + "hosted.js")),
      );
      await build(whole("loader.ts", "loader.js", { __WIDGET__: JSON.stringify(`/widget/${widget}`) }));
    },
  };
}

export default defineConfig({
  ...common([theRest()]),
  build: {
    ...shared,
    emptyOutDir: true,
    // As a library: Vite's helper for preloading, which looks for files on the page's own host, stays out.
    lib: { entry: here("widget/widget.ts"), formats: ["es"] },
    rolldownOptions: {
      output: { minify: true, entryFileNames: "widget-[hash].js", chunkFileNames: "[name]-[hash].js" },
    },
  },
});
