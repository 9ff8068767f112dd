/** A file's name for showing: direction marks can't make `exe.gpj` out of `jpg.exe`, line breaks don't break lines. */
export function shownName(name: string): string {
  // eslint-disable-next-line no-control-regex
  return name.replace(/[\u0000-\u001f\u007f\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/g, "");
}

/** A steady number for a name, for its colour. */
export function hash(text: string): number {
  let h = 0;
  for (const c of text) h = (h * 31 + c.codePointAt(0)!) >>> 0;
  return h;
}
