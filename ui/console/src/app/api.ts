/** The HTTP API as the console calls it: JSON in and out, RFC 9457 problems as errors, the session's CSRF token sent along. */

export interface FieldError {
  field: string;
  code: string;
  title?: string;
}

/** A refusal by the server (RFC 9457). `title` is already in the reader's language; code `unreachable`, status 0: no answer. */
export class Problem extends Error {
  override readonly name = "Problem";
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    readonly errors: readonly FieldError[] = [],
    readonly retryAfterMs: number | null = null,
    readonly detail: string | null = null,
  ) {
    super(title);
  }
}

type Query = Record<string, string | number | boolean | null | undefined>;

interface Options {
  query?: Query;
  signal?: AbortSignal;
  headers?: Record<string, string>;
}

let csrfToken = "";
let locale = "zh-CN";
const signedOutListeners = new Set<() => void>();

export function setCsrf(token: string): void {
  csrfToken = token;
}

export function csrf(): string {
  return csrfToken;
}

export function setApiLocale(value: string): void {
  locale = value;
}

/** Calls `listener` whenever the server says that nobody is signed in any more. Returns the way to stop. */
export function onSignedOut(listener: () => void): () => void {
  signedOutListeners.add(listener);
  return () => signedOutListeners.delete(listener);
}

export function url(path: string, query?: Query): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== "") search.set(key, String(value));
  }
  const text = search.toString();
  return text ? `${path}?${text}` : path;
}

function headersFor(method: string, extra: Record<string, string> = {}): Record<string, string> {
  const headers: Record<string, string> = { Accept: "application/json", "Accept-Language": locale, ...extra };
  if (method !== "GET") headers["X-CSRF-Token"] = csrfToken;
  if (method === "POST") headers["Idempotency-Key"] ??= crypto.randomUUID();
  return headers;
}

interface ProblemBody {
  code?: string;
  title?: string;
  detail?: string;
  errors?: FieldError[];
}

async function problemOf(response: Response): Promise<Problem> {
  let body: ProblemBody = {};
  try {
    body = (await response.json()) as ProblemBody;
  } catch {
    // A proxy's page or nothing at all: the status has to do.
  }
  const seconds = Number(response.headers.get("Retry-After"));
  return new Problem(
    response.status,
    body.code ?? (response.status >= 502 ? "unreachable" : `http_${response.status}`),
    body.title ?? response.statusText,
    body.errors ?? [],
    Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : null,
    body.detail ?? null,
  );
}

async function request<T>(method: string, path: string, body: unknown, options: Options = {}): Promise<T> {
  const init: RequestInit = {
    method,
    headers: headersFor(method, options.headers),
    credentials: "same-origin",
    signal: options.signal ?? null,
  };
  if (body instanceof FormData || body instanceof Blob) init.body = body;
  else if (body !== undefined) {
    init.body = JSON.stringify(body);
    (init.headers as Record<string, string>)["Content-Type"] = "application/json";
  }
  let response: Response;
  try {
    response = await fetch(url(path, options.query), init);
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new Problem(0, "unreachable", "");
  }
  if (!response.ok) {
    const problem = await problemOf(response);
    if (problem.code === "not_signed_in") for (const listener of signedOutListeners) listener();
    throw problem;
  }
  if (response.status === 204) return undefined as T;
  return (await response.json()) as T;
}

/** A page of a list: `next_cursor` is null on the last one. */
export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

export const api = {
  get: <T>(path: string, query?: Query, options?: Options) =>
    request<T>("GET", path, undefined, { ...options, ...(query ? { query } : {}) }),
  post: <T>(path: string, body?: unknown, options?: Options) => request<T>("POST", path, body ?? {}, options),
  put: <T>(path: string, body: unknown, options?: Options) => request<T>("PUT", path, body, options),
  patch: <T>(path: string, body: unknown, options?: Options) => request<T>("PATCH", path, body, options),
  delete: <T = void>(path: string, body?: unknown, options?: Options) =>
    request<T>("DELETE", path, body, options),
};

/** Sends one file and tells how far it is (0..1); `fetch` can't. */
export function upload<T>(
  path: string,
  file: File,
  onProgress: (part: number) => void,
  signal?: AbortSignal,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const call = new XMLHttpRequest();
    call.open("POST", path);
    for (const [key, value] of Object.entries(headersFor("POST"))) call.setRequestHeader(key, value);
    call.upload.onprogress = (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    };
    call.onload = () => {
      const response = new Response(call.status === 204 ? null : call.responseText, {
        status: call.status,
        headers: { "Retry-After": call.getResponseHeader("Retry-After") ?? "" },
      });
      if (response.ok) response.json().then((value) => resolve(value as T), reject);
      else problemOf(response).then(reject, reject);
    };
    call.onerror = () => reject(new Problem(0, "unreachable", ""));
    call.onabort = () => reject(new DOMException("aborted", "AbortError"));
    signal?.addEventListener("abort", () => call.abort(), { once: true });
    const form = new FormData();
    form.append("file", file, file.name);
    call.send(form);
  });
}
