/** A file's name for showing: direction marks can't make `exe.gpj` out of `jpg.exe`, line breaks don't break lines. */
export const shownName = (name: string): string =>
  // eslint-disable-next-line no-control-regex
  name.replace(/[\0-\x1f\x7f\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/g, "");

/** A steady number for a name, for its colour. */
export const hash = (text: string): number =>
  [...text].reduce((h, c) => (h * 31 + c.codePointAt(0)!) >>> 0, 0);
