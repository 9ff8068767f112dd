/** Microphone, speaker, ringing device: which there are, which the person chose (kept in this browser), and why one can't be had. */
import { Store } from "@kit/feed/store.ts";

/** Why there is no microphone, or that there is one. `ask`: the browser will ask the person first. */
export type MicrophoneState = "unknown" | "ok" | "ask" | "refused" | "none" | "busy" | "insecure";

export interface DeviceChoice {
  /** Device ids; empty: whatever the system has as its default. */
  microphone: string;
  speaker: string;
  ringer: string;
  /** 0…1 */
  ringVolume: number;
  /** Which ear hears the callers; the screen reader keeps the other. */
  ear: "both" | "left" | "right";
}

export interface DeviceList {
  microphones: MediaDeviceInfo[];
  speakers: MediaDeviceInfo[];
}

const STORED = "rexian.phone.devices";
const DEFAULTS: DeviceChoice = { microphone: "", speaker: "", ringer: "", ringVolume: 0.7, ear: "both" };

function stored(): DeviceChoice {
  try {
    const kept = JSON.parse(localStorage.getItem(STORED) ?? "{}") as Partial<DeviceChoice>;
    return { ...DEFAULTS, ...kept };
  } catch {
    return DEFAULTS;
  }
}

/** What `getUserMedia` threw, as something that has words. */
export function microphoneTrouble(error: unknown): MicrophoneState {
  const name = error instanceof Error || error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "refused";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "none";
  // Another program holds it, or the system won't give it.
  return "busy";
}

const canSpeak = (): boolean =>
  globalThis.isSecureContext !== false && typeof navigator.mediaDevices?.getUserMedia === "function";

export class Devices {
  readonly choice = new Store<DeviceChoice>(stored());
  readonly list = new Store<DeviceList>({ microphones: [], speakers: [] });
  readonly microphone = new Store<MicrophoneState>("unknown");
  private stream: MediaStream | null = null;
  private opening: Promise<MediaStream> | null = null;
  private users = 0;
  private granted = false;

  /** Looks round without asking the person anything. */
  async look(): Promise<void> {
    if (!canSpeak()) return this.microphone.set("insecure");
    await this.refresh();
    navigator.mediaDevices.addEventListener?.("devicechange", this.onChange);
    const permission = await this.permission();
    if (permission) permission.onchange = () => void this.judge(permission.state);
    await this.judge(permission?.state ?? (this.granted ? "granted" : "prompt"));
  }

  /**
   * The open microphone, shared by all that use it; each calls `release` once when done. Throws what the browser threw
   * and keeps the reason in `microphone`.
   */
  async open(): Promise<MediaStream> {
    this.users++;
    try {
      if (!canSpeak()) throw new DOMException("no microphone here", "InsecureError");
      this.stream ??= await (this.opening ??= this.ask());
      this.granted = true;
      this.microphone.set("ok");
      return this.stream;
    } catch (error) {
      this.users--;
      this.microphone.set(canSpeak() ? microphoneTrouble(error) : "insecure");
      throw error;
    } finally {
      this.opening = null;
    }
  }

  release(): void {
    this.users = Math.max(0, this.users - 1);
    if (this.users === 0) this.shut();
  }

  /** Opens once to see that it works, with the person's leave. Returns whether it does. */
  async prove(): Promise<boolean> {
    try {
      await this.open();
    } catch {
      return false;
    }
    this.release();
    await this.refresh();
    return true;
  }

  choose(change: Partial<DeviceChoice>): void {
    const next = { ...this.choice.get(), ...change };
    this.choice.set(next);
    try {
      localStorage.setItem(STORED, JSON.stringify(next));
    } catch {
      // For this page only then.
    }
  }

  /** Gets the microphone anew, as now chosen. Those who use it take their track from the stream that comes back. */
  async reopen(): Promise<MediaStream | null> {
    if (this.users === 0) return null;
    this.shut();
    this.stream = await this.ask();
    this.microphone.set("ok");
    return this.stream;
  }

  private async ask(): Promise<MediaStream> {
    const { microphone } = this.choice.get();
    const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
    const get = (more: MediaTrackConstraints) =>
      navigator.mediaDevices.getUserMedia({ audio: { ...audio, ...more } });
    try {
      return await get(microphone ? { deviceId: { exact: microphone } } : {});
    } catch (error) {
      // The chosen one has been unplugged: any other is better than a call without a voice.
      if (!microphone || microphoneTrouble(error) !== "none") throw error;
      return get({});
    }
  }

  private shut(): void {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
  }

  private async permission(): Promise<PermissionStatus | null> {
    try {
      return await navigator.permissions.query({ name: "microphone" });
    } catch {
      return null; // a browser that does not tell
    }
  }

  private async judge(permission: PermissionState): Promise<void> {
    await this.refresh();
    if (this.list.get().microphones.length === 0) this.microphone.set("none");
    else if (permission === "denied") this.microphone.set("refused");
    else if (permission === "granted" || this.granted) this.microphone.set("ok");
    else this.microphone.set("ask");
  }

  private readonly onChange = (): void => {
    void this.permission().then((status) =>
      this.judge(status?.state ?? (this.granted ? "granted" : "prompt")),
    );
  };

  async refresh(): Promise<void> {
    const all = await navigator.mediaDevices.enumerateDevices();
    // Chromium lists "default" and "communications" beside the real ones; the empty choice stands for those.
    const real = all.filter(({ deviceId }) => deviceId !== "default" && deviceId !== "communications");
    this.list.set({
      microphones: real.filter(({ kind }) => kind === "audioinput"),
      speakers: real.filter(({ kind }) => kind === "audiooutput"),
    });
  }
}
