/**
 * Finds Chinese by what a keyboard types: the words themselves, their pinyin or its initials ("tk", "tuikuan" → 退款).
 *
 * The pinyin table is loaded when a search begins; until then the words themselves are compared.
 */
import { useEffect, useState } from "react";

type Pinyin = (text: string) => string[];

let pinyin: Pinyin | null = null;
let loading: Promise<void> | null = null;
const folded = new Map<string, string[]>();

export function loadPinyin(): Promise<void> {
  loading ??= import("pinyin-pro").then((module) => {
    pinyin = (text) => module.pinyin(text, { toneType: "none", type: "array", v: true });
    folded.clear();
  });
  return loading;
}

/** The forms under which a text is found, best first. */
function forms(text: string): string[] {
  let known = folded.get(text);
  if (!known) {
    const plain = text.toLowerCase();
    known = [plain];
    if (pinyin && /\p{Script=Han}/u.test(text)) {
      const syllables = pinyin(plain).map((syllable) => syllable.trim());
      known.push(syllables.join(""), syllables.map((syllable) => syllable[0] ?? "").join(""));
    }
    if (folded.size > 5_000) folded.clear();
    folded.set(text, known);
  }
  return known;
}

/** How well `words` (blank-separated, all needed) fit a text: 0 not at all; the higher the better. */
export function fit(text: string, words: string): number {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  let score = 1;
  for (const word of wanted) {
    let best = 0;
    forms(text).forEach((form, rank) => {
      const at = form.indexOf(word);
      if (at >= 0) best = Math.max(best, (at === 0 ? 6 : 3) - rank);
    });
    if (best === 0) return 0;
    score += best;
  }
  return score;
}

/** The items that fit, best first, otherwise in their order. `texts` gives what an item is found by, the most telling first. */
export function search<T>(items: readonly T[], words: string, texts: (item: T) => readonly string[]): T[] {
  if (!words.trim()) return [...items];
  const scored = items.map((item, index) => {
    const score = Math.max(0, ...texts(item).map((text, place) => fit(text, words) * (place === 0 ? 4 : 1)));
    return { item, index, score };
  });
  return scored
    .filter((entry) => entry.score > 0)
    .sort((a, b) => b.score - a.score || a.index - b.index)
    .map((entry) => entry.item);
}

/** Loads the pinyin table when `wanted`; true once it is there (so that a list is searched again). */
export function usePinyin(wanted: boolean): boolean {
  const [ready, setReady] = useState(pinyin !== null);
  useEffect(() => {
    if (wanted && !ready) void loadPinyin().then(() => setReady(true));
  }, [wanted, ready]);
  return ready;
}
