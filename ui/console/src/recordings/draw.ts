/**
 * The waveform on a canvas: the customer above the line, the agent below; silences hatched, overlaps underlined.
 * Drawn here, since wavesurfer and its like bring their styles inline, which the console's security policy forbids.
 */
import type { Picture, Span } from "./wire.ts";

export interface Inks {
  customer: string;
  agent: string;
  line: string;
  silence: string;
  overlap: string;
}

const NOTHING = 0.04;

/** The loudest of the buckets that fall on each of `columns` pixels, 0…1. */
export function columnsOf(peaks: readonly number[], columns: number): number[] {
  return Array.from({ length: columns }, (_, x) => {
    const from = Math.floor((x * peaks.length) / columns);
    const to = Math.max(from + 1, Math.floor(((x + 1) * peaks.length) / columns));
    let most = 0;
    for (let i = from; i < to && i < peaks.length; i++) most = Math.max(most, peaks[i]!);
    return most / 255;
  });
}

/** A span's left edge and width in px. */
export function placeOf([from, to]: Span, duration: number, width: number): [x: number, wide: number] {
  const x = (from / duration) * width;
  return [x, Math.max(1, (to / duration) * width - x)];
}

/** The end of the silence in which `at` lies, ms; null when somebody speaks, or nearly does. */
export function nextTalk(picture: Picture | null, at: number): number | null {
  const silence = picture?.silences.find(([from, to]) => from <= at && at < to - 200);
  return silence ? silence[1] : null;
}

export function draw(canvas: HTMLCanvasElement, picture: Picture, duration: number, inks: Inks): void {
  const scale = window.devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = canvas;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const pen = canvas.getContext("2d");
  if (!pen || width === 0 || duration === 0) return;
  pen.scale(scale, scale);
  hatch(pen, picture.silences, duration, width, height, inks.silence);
  const middle = height / 2;
  const room = middle - 4;
  for (const [peaks, ink, up] of [
    [picture.customer, inks.customer, -1],
    [picture.agent, inks.agent, 1],
  ] as const) {
    pen.fillStyle = ink;
    columnsOf(peaks, Math.floor(width)).forEach((loud, x) => {
      // Loudness as ears have it: what is said softly is seen too.
      const tall = Math.max(NOTHING, Math.sqrt(loud)) * room;
      pen.fillRect(x, up < 0 ? middle - tall : middle, 1, tall);
    });
  }
  pen.fillStyle = inks.line;
  pen.fillRect(0, middle - 0.5, width, 1);
  pen.fillStyle = inks.overlap;
  for (const span of picture.overlaps) {
    const [x, wide] = placeOf(span, duration, width);
    pen.fillRect(x, height - 3, wide, 3);
  }
}

/** Slanted lines, so that silence is no matter of colour. */
function hatch(
  pen: CanvasRenderingContext2D,
  spans: readonly Span[],
  duration: number,
  width: number,
  height: number,
  ink: string,
): void {
  pen.strokeStyle = ink;
  for (const span of spans) {
    const [x, wide] = placeOf(span, duration, width);
    pen.save();
    pen.beginPath();
    pen.rect(x, 0, wide, height);
    pen.clip();
    pen.beginPath();
    for (let at = x - height; at < x + wide; at += 6) {
      pen.moveTo(at, height);
      pen.lineTo(at + height, 0);
    }
    pen.stroke();
    pen.restore();
  }
}
