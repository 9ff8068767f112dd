import type { FileInfo } from "../core/wire";

/** What may be sent, as the server takes it: it looks at the bytes, this list only saves the way. */
const KINDS = ["png", "jpg", "jpeg", "gif", "webp", "pdf", "txt", "docx", "xlsx", "mp4", "mp3"];
export const ACCEPT = KINDS.map((kind) => `.${kind}`).join(",");
export const MAX_BYTES = 20 * 1024 * 1024;

export type UploadFault = "too_big" | "kind" | "empty" | "full" | "network";

/** Why this file can't be sent, or null. */
export function fault(file: File): UploadFault | null {
  const kind = file.name.toLowerCase().split(".").pop() ?? "";
  if (!KINDS.includes(kind)) return "kind";
  if (file.size > MAX_BYTES) return "too_big";
  return file.size ? null : "empty";
}

const BY_STATUS: Record<number, UploadFault> = { 413: "too_big", 415: "kind", 422: "kind", 507: "full" };

/** Sends a file; `progress` hears 0..1. `signal` takes it back. Tells what the server made of it, or why not. */
export function upload(
  origin: string,
  visitor: string,
  file: File,
  progress: (part: number) => void,
  signal: AbortSignal,
): Promise<FileInfo | UploadFault> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", `${origin}/chat/files`);
    request.responseType = "json";
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("X-Rexian-Visitor", visitor);
    request.setRequestHeader("X-File-Name", encodeURIComponent(file.name));
    request.upload.onprogress = (event) => progress(event.loaded / (event.total || 1));
    request.onload = () => {
      const info = request.status < 300 && (request.response as FileInfo | null);
      resolve(info || (BY_STATUS[request.status] ?? "network"));
    };
    request.onerror = request.ontimeout = request.onabort = () => resolve("network");
    signal.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}
