/** Stand-ins for what a browser has and jsdom has not: microphone, peer connections, tracks. For tests. */
import { vi } from "vitest";

export class FakeTrack extends EventTarget {
  readonly kind = "audio";
  enabled = true;
  readyState: "live" | "ended" = "live";
  stop(): void {
    this.readyState = "ended";
  }
  clone(): FakeTrack {
    const copy = new FakeTrack();
    FakeTrack.made.push(copy);
    return copy;
  }
  static made: FakeTrack[] = [];
}

export class FakeStream {
  constructor(readonly tracks: FakeTrack[] = [new FakeTrack()]) {}
  getTracks(): FakeTrack[] {
    return this.tracks;
  }
  getAudioTracks(): FakeTrack[] {
    return this.tracks;
  }
}

export class FakePeer extends EventTarget {
  static all: FakePeer[] = [];
  static get last(): FakePeer {
    const last = FakePeer.all.at(-1);
    if (!last) throw new Error("no peer was made");
    return last;
  }
  connectionState: RTCPeerConnectionState = "new";
  signalingState: RTCSignalingState = "stable";
  iceGatheringState: RTCIceGatheringState = "complete";
  localDescription: { sdp: string } | null = null;
  remote: string | null = null;
  readonly sender = {
    track: null as FakeTrack | null,
    replaceTrack: (track: FakeTrack) => {
      this.sender.track = track;
      return Promise.resolve();
    },
  };
  constructor() {
    super();
    FakePeer.all.push(this);
  }
  addTransceiver(track: FakeTrack | "audio"): { sender: FakePeer["sender"] } {
    if (track !== "audio") this.sender.track = track;
    return { sender: this.sender };
  }
  createOffer(): Promise<{ sdp: string }> {
    return Promise.resolve({ sdp: `offer ${FakePeer.all.indexOf(this) + 1}` });
  }
  setLocalDescription(description: { sdp: string }): Promise<void> {
    this.localDescription = description;
    this.signalingState = "have-local-offer";
    return Promise.resolve();
  }
  setRemoteDescription({ sdp }: { sdp: string }): Promise<void> {
    if (sdp === "nonsense") return Promise.reject(new Error("bad SDP"));
    this.remote = sdp;
    this.signalingState = "stable";
    return Promise.resolve();
  }
  /** The network says so. */
  becomes(state: RTCPeerConnectionState): void {
    this.connectionState = state;
    this.dispatchEvent(new Event("connectionstatechange"));
  }
  close(): void {
    this.connectionState = "closed";
    this.signalingState = "closed";
  }
}

export interface FakeMicrophone {
  /** Set: `getUserMedia` throws an error of this name. */
  trouble: string | null;
  permission: PermissionState;
  devices: { kind: string; deviceId: string; label: string }[];
  opened: number;
  stream: FakeStream | null;
  /** Somebody plugs in or out. */
  change(): void;
}

/** Gives the page a microphone, loudspeakers and peer connections. `vi.unstubAllGlobals()` takes them back. */
export function fakeBrowser(): FakeMicrophone {
  FakePeer.all = [];
  FakeTrack.made = [];
  const target = new EventTarget();
  const microphone: FakeMicrophone = {
    trouble: null,
    permission: "granted",
    devices: [
      { kind: "audioinput", deviceId: "headset", label: "耳机" },
      { kind: "audiooutput", deviceId: "speakers", label: "音箱" },
    ],
    opened: 0,
    stream: null,
    change: () => void target.dispatchEvent(new Event("devicechange")),
  };
  const mediaDevices = Object.assign(target, {
    enumerateDevices: () => Promise.resolve(microphone.devices),
    getUserMedia: () => {
      if (microphone.trouble) return Promise.reject(new DOMException("no", microphone.trouble));
      microphone.opened++;
      microphone.stream = new FakeStream();
      return Promise.resolve(microphone.stream);
    },
  });
  vi.stubGlobal("navigator", {
    userAgent: "Chrome/140 Windows",
    language: "zh-CN",
    onLine: true,
    platform: "Win32",
    mediaDevices,
    permissions: { query: () => Promise.resolve({ state: microphone.permission, onchange: null }) },
    clipboard: {},
  });
  vi.stubGlobal("RTCPeerConnection", FakePeer);
  vi.stubGlobal("MediaStream", FakeStream);
  HTMLMediaElement.prototype.play = () => Promise.resolve();
  HTMLMediaElement.prototype.pause = () => {};
  return microphone;
}
