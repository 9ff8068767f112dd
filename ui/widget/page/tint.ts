/** A site's own colour, bent until everything on it and in it is readable (contrast >= 4.5). */
export interface Tint {
  /** Ground for white text. */
  solid: string;
  /** The same a little deeper, for hover and gradients. */
  deep: string;
  /** Text and lines on the theme's grounds. */
  ink: string;
  /** Pale ground for `ink`. */
  soft: string;
}

type Rgb = [number, number, number];

const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [0, 0, 0];
const ENOUGH = 4.6;
/** The least favourable ground of each theme (`--rx-pressed`), and its surface. */
const GROUND: Record<"light" | "dark", Rgb> = { light: [228, 235, 234], dark: [36, 51, 49] };
const SURFACE: Record<"light" | "dark", Rgb> = { light: WHITE, dark: [19, 28, 27] };

export function tint(colour: string, theme: "light" | "dark"): Tint | null {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour);
  if (!match) return null;
  const base = match.slice(1).map((part) => parseInt(part, 16)) as Rgb;
  const solid = bend(base, BLACK, [WHITE]);
  const soft = mix(SURFACE[theme], base, theme === "light" ? 0.12 : 0.22);
  const ink = bend(base, theme === "light" ? BLACK : WHITE, [GROUND[theme], soft]);
  return { solid: css(solid), deep: css(mix(solid, BLACK, 0.16)), ink: css(ink), soft: css(soft) };
}

/** Moves a colour towards another until it stands out from all of the grounds. */
function bend(colour: Rgb, towards: Rgb, grounds: Rgb[]): Rgb {
  for (let part = 0; part < 1; part += 0.04) {
    const bent = mix(colour, towards, part);
    if (grounds.every((ground) => contrast(bent, ground) >= ENOUGH)) return bent;
  }
  return towards;
}

function mix(a: Rgb, b: Rgb, part: number): Rgb {
  return a.map((value, i) => Math.round(value + (b[i]! - value) * part)) as Rgb;
}

/** WCAG 2 contrast, 1..21. */
export function contrast(a: Rgb, b: Rgb): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour: Rgb): number {
  const [r, g, b] = colour.map((value) => {
    const part = value / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

const css = (colour: Rgb): string => `#${colour.map((v) => v.toString(16).padStart(2, "0")).join("")}`;
