/** A site's own colour, bent until everything on it and in it is readable (contrast >= 4.5). */
export interface Tint {
  /** Ground for white text. */
  solid: string;
  /** Text and lines on the theme's grounds. */
  ink: string;
  /** Pale ground for `ink`. */
  soft: string;
}

type Rgb = number[];

const WHITE = [255, 255, 255];
const BLACK = [0, 0, 0];
const ENOUGH = 4.6;

export function tint(colour: string, dark: boolean): Tint | null {
  if (!/^#[\da-f]{6}$/i.test(colour)) return null;
  const base = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  // The least favourable ground of each theme (`--rx-pressed`), and its surface.
  const [ground, surface] = dark
    ? [
        [36, 51, 49],
        [19, 28, 27],
      ]
    : [[228, 235, 234], WHITE];
  const solid = bend(base, BLACK, [WHITE]);
  const soft = mix(surface, base, dark ? 0.22 : 0.12);
  const ink = bend(base, dark ? WHITE : BLACK, [ground, soft]);
  return { solid: css(solid), ink: css(ink), soft: css(soft) };
}

/** Moves a colour towards another until it stands out from all of the grounds. */
function bend(colour: Rgb, towards: Rgb, grounds: Rgb[]): Rgb {
  let bent = colour;
  for (let part = 0; part < 1 && grounds.some((ground) => contrast(bent, ground) < ENOUGH); part += 0.04)
    bent = mix(colour, towards, part);
  return bent;
}

const mix = (a: Rgb, b: Rgb, part: number): Rgb =>
  a.map((value, i) => Math.round(value + (b[i]! - value) * part));

/** WCAG 2 contrast, 1..21. */
function contrast(a: Rgb, b: Rgb): number {
  const ratio = (luminance(a) + 0.05) / (luminance(b) + 0.05);
  return Math.max(ratio, 1 / ratio);
}

const luminance = (colour: Rgb): number =>
  colour.reduce((sum, value, i) => {
    const part = value / 255;
    return (
      sum + [0.2126, 0.7152, 0.0722][i]! * (part > 0.04 ? ((part + 0.055) / 1.055) ** 2.4 : part / 12.92)
    );
  }, 0);

const css = (colour: Rgb): string => `rgb(${colour.join()})`;
