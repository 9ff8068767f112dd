export interface Piece {
  text: string;
  href?: string;
}

/** Only http and https, and only what is plain in a URL: Chinese punctuation after an address is not part of it. */
const ADDRESS = /https?:\/\/[\w\-.~:/?#[\]@!$&'()*+,;=%]+/gi;

/** A web address in full, or nothing. Nothing else ever becomes a link or a picture. */
export function webAddress(address: string | undefined, base?: string): string {
  try {
    const { href } = new URL(address!, base);
    return /^https?:/.test(href) ? href : "";
  } catch {
    return "";
  }
}

/** Cuts a text into plain pieces and links. */
export function linkify(text: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = trimmed(match[0]);
    const href = webAddress(address);
    if (!href) continue;
    pieces.push({ text: text.slice(from, match.index) }, { text: address, href });
    from = match.index + address.length;
  }
  return [...pieces, { text: text.slice(from) }].filter((piece) => piece.text);
}

/** Punctuation at the end belongs to the sentence; a closing bracket too, unless it was opened in the address. */
function trimmed(address: string): string {
  const unopened = (open: string, close: string) =>
    address.endsWith(close) && address.split(close).length > address.split(open).length;
  while (/[.,;:!?'*]$/.test(address) || unopened("(", ")") || unopened("[", "]"))
    address = address.slice(0, -1);
  return address;
}

export function fileSize(bytes: number): string {
  const [value, unit] =
    bytes < 1024 ? [bytes, ""] : bytes < 2 ** 20 ? [bytes / 1024, "K"] : [bytes / 2 ** 20, "M"];
  return `${+value.toFixed(value < 10 ? 1 : 0)} ${unit}B`;
}

/** Up to three pictographs and nothing else: shown large. */
export const onlyEmoji = (text: string): boolean =>
  /^(\p{Extended_Pictographic}(\uFE0F|\u200D\p{Extended_Pictographic}|[\u{1F3FB}-\u{1F3FF}])*\s*){1,3}$/u.test(
    text,
  );

/** Code points, as the server counts. */
export const length = (text: string): number => [...text].length;
