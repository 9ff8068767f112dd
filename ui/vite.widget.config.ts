import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { minify } from "terser";
import {
  build,
  defineConfig,
  type BuildEnvironmentOptions,
  type InlineConfig,
  type Plugin,
  type Rolldown,
} from "vite";

/**
 * Builds the customer's side into `src/rexian/web/static/widget/`:
 *
 * - `loader.js`, served as `/w.js`: a classic script that fetches the widget by its hashed name;
 * - `widget-<hash>.js` and, imported by it, the words of the customer's language, `words.<language>-<hash>.js`, and when
 *   the chat is first opened the panel's styles, `panel-<hash>.js`: ES modules;
 * - `hosted.html`, `hosted.css`, `hosted.js` for `/c/{site_key}`: everything but the words in one classic script.
 *
 * No inline script or style anywhere.
 */
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
/** Tests build into a folder of their own. */
const out = process.env.WIDGET_OUT ?? here("../src/rexian/web/static/widget/");
const tokensFile = here("kit/tokens.css");

/** Short names for long ones, the same in every file of a build; none that `taken` holds. */
function shortNames(long: Iterable<string>, taken: ReadonlySet<string>): Map<string, string> {
  const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const free = ["", ...letters]
    .flatMap((first) => [...letters].map((last) => first + last))
    .filter((name) => !taken.has(name));
  return new Map([...long].map((name, i) => [name, free[i]!]));
}

const CSS_FILES = ["base", "panel"].map((name) => here(`widget/${name}.css`));

/**
 * Only the tokens that the widget uses get into it, under short names, and those that no theme changes as their values.
 * The block for the system's theme stays out (set by script).
 */
function usedTokens(): Plugin {
  const source = readFileSync(tokensFile, "utf8")
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/@media \(prefers-color-scheme: dark\) \{[^{}]*\{[^{}]*\}\s*\}/, "")
    // The widget's own rule for less motion covers everything.
    .replace(/@media \(prefers-reduced-motion: reduce\) \{[^{}]*\{[^{}]*\}\s*\}/, "")
    .replace(/:root[^,{]*,\s*/g, "")
    // `all: initial` on the host is stronger.
    .replace(/color-scheme: \w+;/g, "");
  const values = new Map<string, Set<string>>();
  for (const [, name, value] of source.matchAll(/(--rx-[\w-]+):\s*([^;]+);/g))
    values.set(name!, (values.get(name!) ?? new Set()).add(value!));
  const used = new Set<string>();
  const visit = (text: string) => {
    for (const [, name] of text.matchAll(/var\((--rx-[\w-]+)/g)) {
      if (used.has(name!)) continue;
      used.add(name!);
      values.get(name!)?.forEach(visit);
    }
  };
  for (const file of CSS_FILES) visit(readFileSync(file, "utf8"));
  const themed = [...used].filter((name) => source.split(`${name}:`).length > 2);
  const short = shortNames(themed, new Set());
  const settle = (css: string): string =>
    css.replace(/var\((--rx-[\w-]+)\)/g, (_, name: string) =>
      short.has(name) ? `var(--${short.get(name)!})` : settle([...values.get(name)!][0]!),
    );
  const tokens = source.replace(/[ \t]*(--rx-[\w-]+):\s*([^;]+);\n?/g, (_, name: string, value: string) =>
    short.has(name) ? `--${short.get(name)!}:${settle(value)};` : "",
  );
  return {
    name: "rexian-used-tokens",
    enforce: "pre",
    load(id) {
      const [file] = id.split("?") as [string];
      if (file === tokensFile) return tokens;
      return CSS_FILES.includes(file) ? settle(readFileSync(file, "utf8")) : null;
    },
  };
}

/** The words' keys become numbers, the same in every language; 0 is no word. */
const WORD = /^ {2}(\w+):\s*("(?:[^"\\]|\\.)*"),$/gm;
const KEYS = ["", ...readFileSync(here("widget/view/words.zh.ts"), "utf8").matchAll(WORD)].map(
  (one) => one[1]!,
);

function numberedWords(): Plugin {
  const number = (key: string) => {
    if (!KEYS.includes(key)) throw new Error(`no such words: ${key}`);
    return String(KEYS.indexOf(key));
  };
  return {
    name: "rexian-numbered-words",
    enforce: "pre",
    transform(code, id) {
      if (!id.startsWith(here("widget/"))) return null;
      if (!/\/words\.\w+\.ts$/.test(id))
        return code
          .replace(/\bwords\.(\w+)(?!["\w])/g, (_, key: string) => `words[${number(key)}]`)
          .replace(/\bkey\("(\w+)"\)/g, (_, key: string) => number(key));
      const texts = new Map(
        [...code.matchAll(WORD)].map(([, key, text]) => [key, JSON.parse(text!) as string]),
      );
      return `export const words = ${JSON.stringify(KEYS.map((key) => texts.get(key) ?? "").join("|"))}.split("|");`;
    },
  };
}

/**
 * The names that terser shortens: members of the widget's own objects. Not what crosses the socket, a storage, another
 * tab or the page (all of `wire.ts`, what is written in quotes, JSX attributes, what the chunks export); and terser
 * itself spares what a browser knows.
 */
function ownNames(): Map<string, string> {
  const folders = ["", "core/", "page/", "view/"];
  const files = folders.flatMap((folder) =>
    readdirSync(here(`widget/${folder}`))
      .filter((name) => /\.tsx?$/.test(name) && !name.includes(".test."))
      .map((name) => [folder + name, readFileSync(here(`widget/${folder}${name}`), "utf8")] as const),
  );
  const all = files.map(([, text]) => text).join("\n");
  const foreign = new Set<string>(["words"]);
  const spare = (text: string, what: RegExp) => {
    for (const [, name] of text.matchAll(what)) foreign.add(name!);
  };
  for (const [name, text] of files) if (/^(core\/wire|loader|panel)\.ts$/.test(name)) spare(text, /(\w+)/g);
  for (const [shape] of all.matchAll(
    /interface (Entry|Options|Handle|Props|\w+Props) (extends \w+ )?\{[^}]*\}/g,
  ))
    spare(shape, /(\w+)\??:/g);
  spare(all, /["'`.](\w+)["'`]/g);
  spare(all, /[\s{](\w+)=[{"]/g);
  const own = new Set<string>();
  for (const [name, text] of files) {
    if (!/^(core|page)\//.test(name)) continue;
    for (const [, member] of text.matchAll(/^ {2,4}(?:async )?([a-z]\w*)\??[(:,;<]/gim))
      if (!foreign.has(member!) && member!.length > 2) own.add(member!);
  }
  return shortNames(own, new Set(all.match(/\b\w{1,2}\b/g)));
}

/** Terser, with the same short names in every file. */
function small(): Plugin {
  const own = ownNames();
  return {
    name: "rexian-small",
    enforce: "post",
    async renderChunk(code, _, { format }) {
      const done = await minify(code, {
        ecma: 2022,
        module: format === "es",
        toplevel: true,
        compress: { passes: 3, unsafe_arrows: true, inline: 1, keep_fargs: false, pure_getters: true },
        mangle: { properties: { regex: new RegExp(`^(${[...own.keys()].join("|")})$`) } },
        nameCache: { props: { props: Object.fromEntries([...own].map(([name, as]) => [`$${name}`, as])) } },
      });
      return { code: done.code!, map: null };
    },
  };
}

const common = (extra: Plugin[] = []): InlineConfig => ({
  configFile: false,
  root: here("."),
  base: "/widget/",
  logLevel: "warn",
  publicDir: false,
  plugins: [usedTokens(), numberedWords(), small(), ...extra],
  define: { "process.env.NODE_ENV": '"production"' },
  oxc: {
    jsx: { runtime: "classic", pragma: "h_" },
    assumptions: { setPublicClassFields: true },
  },
});

const shared: BuildEnvironmentOptions = {
  outDir: out,
  emptyOutDir: false,
  // Browsers of the last three years.
  target: ["chrome119", "firefox119", "safari17"],
  // By terser, in a plugin above.
  minify: false,
  cssMinify: true,
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
      rolldownOptions: { transform, optimization, output: { minify: spaceless } },
      lib: { entry: here(`widget/${entry}`), formats: ["iife"], name: "rexian", fileName: () => file },
    },
  };
}

/** Where views get what their JSX becomes. */
const transform = {
  inject: { h_: [here("widget/page/dom.ts"), "h"] },
} satisfies Rolldown.InputOptions["transform"];

/** A long text that is used more than once stands there once. */
const optimization = { inlineConst: false } as const;

/** Terser has done the rest. */
const spaceless = { compress: false, mangle: false, codegen: true } as const;

const hash = (file: string) => createHash("sha256").update(readFileSync(file)).digest("hex").slice(0, 12);

/** Everything but the widget itself, once that is written. */
function theRest(): Plugin {
  /** Addresses by the names of the files before their hashes. */
  let address: Record<string, string> = {};
  return {
    name: "rexian-widget-rest",
    generateBundle(_, bundle) {
      const chunks = Object.values(bundle).filter((one) => one.type === "chunk");
      address = Object.fromEntries(chunks.map(({ name, fileName }) => [name, `/widget/${fileName}`]));
    },
    async closeBundle() {
      const words = { "zh-CN": address["words.zh"], en: address["words.en"] };
      await build(whole("hosted.ts", "hosted.js", { __WORDS__: JSON.stringify(words) }));
      writeFileSync(out + "hosted.css", readFileSync(here("widget/hosted.css")));
      const html = readFileSync(here("widget/hosted.html"), "utf8");
      writeFileSync(
        out + "hosted.html",
        html.replace("%CSS%", hash(out + "hosted.css")).replace("%JS%", hash(out + "hosted.js")),
      );
      await build(whole("loader.ts", "loader.js", { __WIDGET__: JSON.stringify(address.widget) }));
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
      transform,
      optimization,
      output: { minify: spaceless, entryFileNames: "widget-[hash].js", chunkFileNames: "[name]-[hash].js" },
    },
  },
});
