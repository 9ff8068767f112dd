/** Both languages say the same things, and every key that the code asks for is there. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const source = join(import.meta.dirname, "..");
const locales = join(source, "locales");
const PLURALS = /_(zero|one|two|few|many|other)$/;

type Tree = { [key: string]: string | Tree };

function flat(tree: Tree, prefix = ""): Map<string, string> {
  const all = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === "string") all.set(prefix + key, value);
    else for (const [inner, text] of flat(value, `${prefix}${key}.`)) all.set(inner, text);
  }
  return all;
}

function catalogue(locale: string, area: string): Map<string, string> {
  return flat(JSON.parse(readFileSync(join(locales, locale, `${area}.json`), "utf8")) as Tree);
}

function files(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name) && !name.includes("node_modules"))
    .map((name) => join(folder, name));
}

const areas = readdirSync(join(locales, "zh-CN")).map((name) => name.replace(/\.json$/, ""));
const placeholders = (text: string) => [...text.matchAll(/{{\s*(\w+)/g)].map((match) => match[1]).sort();

describe.each(areas)("%s", (area) => {
  const zh = catalogue("zh-CN", area);
  const en = catalogue("en", area);
  const bases = (keys: Iterable<string>) => new Set([...keys].map((key) => key.replace(PLURALS, "")));

  it("has the same keys in both languages", () => {
    expect([...bases(en.keys())].sort()).toEqual([...bases(zh.keys())].sort());
  });

  it("has no empty text and the same placeholders", () => {
    for (const [key, text] of zh) {
      expect(text.trim(), key).not.toBe("");
      const other = en.get(key) ?? en.get(`${key}_other`) ?? en.get(key.replace(PLURALS, ""));
      expect(other?.trim(), key).toBeTruthy();
      expect(placeholders(other ?? ""), key).toEqual(placeholders(text));
    }
  });
});

it("has every key that the code asks for", () => {
  const known = new Map(areas.map((area) => [area, [...catalogue("zh-CN", area).keys()]]));
  const missing: string[] = [];
  for (const file of [...files(source), ...files(join(source, "../../kit"))]) {
    const text = readFileSync(file, "utf8");
    const namespaces = [...text.matchAll(/useTranslation\(\s*"([\w-]+)"/g)].map((match) => match[1] ?? "");
    if (namespaces.length === 0) namespaces.push("shell");
    for (const [, , key = ""] of text.matchAll(/\bt\(\s*(["`])([^"`]+)\1/g)) {
      const [, explicit, path = ""] = /^(?:([\w-]+):)?(.*)$/.exec(key) ?? [];
      const places = explicit ? [explicit] : namespaces;
      // A key with a hole: something must begin like it.
      const start = path.split("${")[0] ?? "";
      const found = places.some((place) =>
        (known.get(place) ?? []).some((have) =>
          path === start ? have === path || have.replace(PLURALS, "") === path : have.startsWith(start),
        ),
      );
      if (!found) missing.push(`${file.slice(source.length + 1)}: ${key}`);
    }
  }
  expect(missing).toEqual([]);
});
