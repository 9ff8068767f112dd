/** What a phone is made of, so that tests can give it another world. */
import { Devices } from "./devices.ts";
import type { Line, LineWorld } from "./line.ts";
import { browserWorld, type PhoneWorld } from "./socket.ts";
import { browserTabs, type TabWorld } from "./tabs.ts";
import type { CallRole, SipAccess } from "./wire.ts";

export interface PhoneParts {
  world: PhoneWorld;
  tabs: TabWorld;
  devices: Devices;
  /** This page's id, the same over reloads. */
  device: string;
  label: string;
  peer: (config: RTCConfiguration) => RTCPeerConnection;
  /** The server's time, ms since 1970 UTC. */
  now: () => number;
  /** Makes lines over an exchange, loaded only where there is one. */
  sipLine?: (leg: string, interaction: string, role: CallRole, world: LineWorld, access: SipAccess) => Line;
}

export function deviceId(): string {
  try {
    const kept = sessionStorage.getItem("rexian.phone.device") ?? crypto.randomUUID();
    sessionStorage.setItem("rexian.phone.device", kept);
    return kept;
  } catch {
    return crypto.randomUUID();
  }
}

export function browserParts(now: () => number): PhoneParts {
  return {
    world: browserWorld,
    tabs: browserTabs,
    devices: new Devices(),
    device: deviceId(),
    label: deviceLabel(navigator.userAgent),
    peer: (config) => new RTCPeerConnection(config),
    now,
  };
}

/** Names this browser for the person's other devices, such as "Chrome · Windows". */
export function deviceLabel(agent: string): string {
  const find = (names: [RegExp, string][]) => names.find(([sign]) => sign.test(agent))?.[1];
  const browser = find([
    [/Edg\//, "Edge"],
    [/Firefox\//, "Firefox"],
    [/Chrome\//, "Chrome"],
    [/Safari\//, "Safari"],
  ]);
  const system = find([
    [/Windows/, "Windows"],
    [/Android/, "Android"],
    [/iPhone|iPad/, "iOS"],
    [/Mac OS/, "macOS"],
    [/Linux/, "Linux"],
  ]);
  return [browser, system].filter(Boolean).join(" · ") || "Browser";
}
