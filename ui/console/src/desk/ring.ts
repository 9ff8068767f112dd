/** The wishes for being called: a sound, the system's notifications. Kept in this browser. */
import { Store } from "@kit/feed/store.ts";

function stored(key: string): boolean {
  try {
    return localStorage.getItem(key) === "on";
  } catch {
    return false;
  }
}

function keep(key: string, on: boolean): void {
  try {
    localStorage.setItem(key, on ? "on" : "off");
  } catch {
    // For this page only then.
  }
}

export const sound = new Store(stored("rexian.sound"));
export const notices = new Store(
  stored("rexian.notices") && globalThis.Notification?.permission === "granted",
);

let audio: AudioContext | null = null;

/** Two soft notes. Browsers allow sound only after the person has touched the page; before that nothing is heard. */
function play(notes: readonly number[], gain = 0.12): void {
  audio ??= new AudioContext();
  void audio.resume();
  notes.forEach((pitch, index) => {
    if (!audio) return;
    const at = audio.currentTime + index * 0.16;
    const tone = audio.createOscillator();
    const level = audio.createGain();
    tone.frequency.value = pitch;
    level.gain.setValueAtTime(0, at);
    level.gain.linearRampToValueAtTime(gain, at + 0.02);
    level.gain.exponentialRampToValueAtTime(0.001, at + 0.4);
    tone.connect(level).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 0.45);
  });
}

export const playOffer = () => sound.get() && play([784, 988]);
export const playMessage = () => sound.get() && play([659], 0.06);

export function setSound(on: boolean): void {
  sound.set(on);
  keep("rexian.sound", on);
  if (on) play([784, 988]);
}

/** Asks for permission when it is turned on. Returns whether notifications now are on. */
export async function setNotices(on: boolean): Promise<boolean> {
  const allowed =
    on && "Notification" in globalThis && (await Notification.requestPermission()) === "granted";
  notices.set(allowed);
  keep("rexian.notices", allowed);
  return allowed;
}

/** Shows a notification while the page is out of sight. Returns the way to take it back. */
export function notify(title: string, body: string, tag: string): () => void {
  if (!notices.get() || document.visibilityState === "visible") return () => {};
  const notice = new Notification(title, { body, tag });
  notice.onclick = () => {
    window.focus();
    notice.close();
  };
  return () => notice.close();
}
