/** What a phone is made of, so that tests can give it another world. */
import { Devices } from "./devices.ts";
import type { MakeSipAgent } from "./exchange.ts";
import { browserWorld, type PhoneWorld } from "./socket.ts";
import { browserTabs, type TabWorld } from "./tabs.ts";

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
  /** Brings the SIP library, where the server names an exchange. */
  sip: () => Promise<MakeSipAgent>;
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
    sip: async () => (await import("./jssip.ts")).makeJsSipAgent,
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
