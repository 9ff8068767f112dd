import { newId } from "../core/ids";
import { changed, options, session, visitor } from "./chat";
import { fault, upload, type Fault } from "./upload";
import { key } from "./words";

const MOST = 9;

/** A file, from beside the draft to its way up. */
export interface Chosen {
  id: string;
  file: File;
  preview: string | undefined;
  /** How much of it is up, 0..1. */
  part: number;
  why: Fault | null;
  request?: XMLHttpRequest;
}

/** Beside the draft first, so that nothing pasted goes out by accident. */
export let chosen: Chosen[] = [];
export let uploads: Chosen[] = [];
/** What could not be added, and why. */
export let refused: { name: string; why: Fault } | undefined;
/** The pictures of uploaded files while the server has not given their addresses. */
export const previews = new Map<string, string>();
let running = false;

export function choose(files: Iterable<File>): void {
  refused = undefined;
  for (const file of files) {
    const why = chosen.length < MOST ? fault(file) : key("many");
    if (why) refused ??= { name: file.name, why };
    else chosen.push({ id: newId(), file, preview: picture(file), part: 0, why: null });
  }
  changed();
}

const picture = (file: File): string | undefined =>
  /^image\/(png|jpeg|gif|webp)$/.test(file.type) ? URL.createObjectURL(file) : undefined;

/** Takes one back, wherever it is. */
export function takeBack(one: Chosen): void {
  refused = undefined;
  chosen = chosen.filter((other) => other !== one);
  uploads = uploads.filter((other) => other !== one);
  one.request?.abort();
  changed();
}

export function sendChosen(): void {
  refused = undefined;
  uploads.push(...chosen.splice(0));
  void advance();
}

export function again(one: Chosen): void {
  one.why = null;
  one.part = 0;
  void advance();
}

/** The connection is back: what it had cut goes again. */
export function retryLost(): void {
  uploads.filter(({ why }) => why === key("network")).forEach(again);
}

/** One after the other, in the order in which they were chosen. */
async function advance(): Promise<void> {
  changed();
  const next = uploads.find(({ why }) => !why);
  if (!next || running) return;
  running = true;
  const progress = (part: number) => {
    next.part = part;
    changed();
  };
  const request = (next.request = new XMLHttpRequest());
  const info = await upload(request, `${options.origin}/chat/files`, visitor(), next.file, progress);
  running = false;
  if (typeof info !== "object") next.why = info;
  else if (uploads.includes(next)) {
    takeBack(next);
    if (next.preview) previews.set(info.id, next.preview);
    session.postFile(next.id, info);
  }
  void advance();
}
