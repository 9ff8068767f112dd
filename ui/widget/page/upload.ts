import type { FileInfo } from "../core/wire";
import { key, type Words } from "./words";

/** What may be sent, as the server takes it: it looks at the bytes, this list only saves the way. */
export const ACCEPT = ".png,.jpg,.jpeg,.gif,.webp,.pdf,.txt,.docx,.xlsx,.mp4,.mp3";
export const MAX_BYTES = 20 * 1024 * 1024;

/** Why a file can't be sent, in words. */
export type Fault = keyof Words;

/** Why this file can't be sent, or null. */
export function fault({ name, size }: File): Fault | null {
  const [kind] = /\.\w+$/.exec(name.toLowerCase()) ?? [""];
  if (!ACCEPT.split(",").includes(kind)) return key("kind");
  if (size > MAX_BYTES) return key("too_big");
  return size ? null : key("empty");
}

const BY_STATUS: Record<number, Fault> = {
  413: key("too_big"),
  415: key("kind"),
  422: key("kind"),
  507: key("full"),
};

/** Sends a file; `progress` hears 0..1. Tells what the server made of it, or why not. */
export function upload(
  request: XMLHttpRequest,
  address: string,
  visitor: string,
  file: File,
  progress: (part: number) => void,
): Promise<FileInfo | Fault> {
  return new Promise((resolve) => {
    request.open("POST", address);
    request.responseType = "json";
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("X-Rexian-Visitor", visitor);
    request.setRequestHeader("X-File-Name", encodeURIComponent(file.name));
    request.upload.onprogress = ({ loaded, total }) => progress(loaded / (total || 1));
    request.onloadend = () => {
      const { status } = request;
      resolve(
        (status < 300 && (request.response as FileInfo | null)) || (BY_STATUS[status] ?? key("network")),
      );
    };
    request.send(file);
  });
}
