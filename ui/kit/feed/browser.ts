/** The world as a browser has it: works in a page and in a SharedWorker. */
import { type Socket, SignedOut, type World } from "./core.ts";

async function ticket(csrf: string, locale: string): Promise<string> {
  const response = await fetch("/api/feed-ticket", {
    method: "POST",
    credentials: "same-origin",
    headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf, "Accept-Language": locale },
    body: "{}",
    signal: AbortSignal.timeout(8_000), // a network that swallows it is no answer
  });
  if (response.status === 401) throw new SignedOut();
  if (!response.ok) throw new Error(`ticket: ${response.status}`);
  return ((await response.json()) as { ticket: string }).ticket;
}

function connect(value: string): Socket {
  const address = new URL("/feed", self.location.origin);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  address.searchParams.set("ticket", value);
  return new WebSocket(address) as unknown as Socket;
}

export const browserWorld: World = {
  ticket,
  connect,
  now: () => performance.now(),
  random: Math.random,
  setTimeout: (run, ms) => setTimeout(run, ms),
  clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
};
