/** Contrast of a chosen colour, and the snippet of a site. Pure. */

const channel = (value: number): number => {
  const s = value / 255;
  return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
};

export function parseColour(text: string): [number, number, number] | null {
  const match = /^#?([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text.trim());
  if (!match) return null;
  const [, r, g, b] = match;
  return [parseInt(r ?? "0", 16), parseInt(g ?? "0", 16), parseInt(b ?? "0", 16)];
}

/** WCAG 2 contrast of white text on `colour` (1 … 21); null when `colour` is not `#rrggbb`. */
export function contrastWithWhite(colour: string): number | null {
  const rgb = parseColour(colour);
  if (!rgb) return null;
  const [r, g, b] = rgb;
  const luminance = 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  return 1.05 / (luminance + 0.05);
}

/** The snippet that a site's owner pastes. One tag, no inline script: a strict CSP accepts it. */
export function snippetOf(origin: string, key: string): string {
  return `<script async src="${origin}/w.js" data-site="${key}"></script>`;
}
