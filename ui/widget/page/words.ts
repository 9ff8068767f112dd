import type { words as zh } from "../view/words.zh";

/** All that the widget says, in the customer's language. The build makes numbers of the keys. */
export type Words = typeof zh;

export type Locale = "zh-CN" | "en";

/** A key of the words that is kept for later: the build makes its number of it. */
export const key = (name: keyof Words): keyof Words => name;

/** Puts values into a text's gaps, in their order, which is the same in every language. */
export function fill(text: string, ...values: (string | number)[]): string {
  return text.replace(/\{\w+\}/g, () => String(values.shift()));
}

/** The first of these that we speak: any Chinese is zh-CN; English and all others are en. */
export function pickLocale(...wishes: (string | null | undefined)[]): Locale {
  return /^zh\b/i.test(wishes.find(Boolean) ?? "zh") ? "zh-CN" : "en";
}
