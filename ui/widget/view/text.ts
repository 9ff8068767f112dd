export interface Piece {
  text: string;
  href?: string;
}

/** Only http and https, and only what is plain in a URL: Chinese punctuation after an address is not part of it. */
const ADDRESS = /https?:\/\/[\w\-.~:/?#[\]@!$&'()*+,;=%]+/gi;

/** Cuts a text into plain pieces and links. Nothing else ever becomes a link. */
export function linkify(text: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = trimmed(match[0]);
    const href = safe(address);
    if (!href) continue;
    if (match.index > from) pieces.push({ text: text.slice(from, match.index) });
    pieces.push({ text: address, href });
    from = match.index + address.length;
  }
  if (from < text.length) pieces.push({ text: text.slice(from) });
  return pieces;
}

/** Punctuation at the end belongs to the sentence; a closing bracket too, unless it was opened in the address. */
function trimmed(address: string): string {
  let end = address.length;
  for (; end > 0; end--) {
    const last = address[end - 1]!;
    const body = address.slice(0, end);
    const loose = (last === ")" && unopened(body, "(", ")")) || (last === "]" && unopened(body, "[", "]"));
    if (!loose && !/[.,;:!?'*]/.test(last)) break;
  }
  return address.slice(0, end);
}

const unopened = (text: string, open: string, close: string): boolean =>
  text.split(close).length > text.split(open).length;

function safe(address: string): string | null {
  try {
    const url = new URL(address);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}

export function fileSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const large = bytes >= 2 ** 20;
  const value = bytes / (large ? 2 ** 20 : 1024);
  return `${+value.toFixed(value < 10 ? 1 : 0)} ${large ? "M" : "K"}B`;
}

/** Up to three pictographs and nothing else: shown large. */
export function onlyEmoji(text: string): boolean {
  return /^(?:\p{Extended_Pictographic}(?:\uFE0F|\u200D\p{Extended_Pictographic}|[\u{1F3FB}-\u{1F3FF}])*\s*){1,3}$/u.test(
    text,
  );
}

/** Code points, as the server counts. */
export const length = (text: string): number => [...text].length;
