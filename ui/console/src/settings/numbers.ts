/** Telephone numbers as people write them and as the API compares them. Pure. */
import type { NumberItem } from "./wire.ts";

export type NumberFault = "required" | "number_letters" | "number_length" | "number_here";

const FEWEST = 3;
const MOST = 20;
const WRITTEN = /^[0-9+ ().-]*$/;

/** Half-width, without spaces round it: Chinese input methods write ＋８６ and －. */
export function typedNumber(text: string): string {
  return text
    .normalize("NFKC")
    .replace(/[\u2010-\u2015\u2212]/g, "-")
    .trim();
}

/** The digits by which numbers are compared: +86 10 8888, 0086108888 and 86108888 are one. As the server does it. */
export function digitsOf(text: string): string {
  const typed = typedNumber(text);
  const digits = typed.replace(/[^0-9]/g, "");
  return typed.startsWith("00") ? digits.slice(2) : digits;
}

/** What is wrong with a number that is to be added; null: nothing that can be seen here. */
export function faultOf(text: string, known: readonly NumberItem[]): NumberFault | null {
  const typed = typedNumber(text);
  const digits = digitsOf(typed);
  if (typed === "") return "required";
  if (!WRITTEN.test(typed)) return "number_letters";
  if (digits.length < FEWEST || digits.length > MOST) return "number_length";
  return known.some(({ number }) => number === digits) ? "number_here" : null;
}

/** Where the API keeps this number. The + says that these are the digits, whatever they begin with. */
export const idOf = (digits: string): string => `+${digits}`;

export const asRow = (read: NumberItem): NumberItem => ({ ...read, id: idOf(read.number) });

const ENTRY = /^[a-z0-9_.:-]{0,40}$/;

export const isEntry = (text: string): boolean => ENTRY.test(text);
