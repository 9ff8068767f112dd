/** One's own voice by way of the server: proof that calls will have sound both ways. */
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, Notice } from "@kit/ui";
import { Ears } from "./ears.ts";
import { gathered } from "./line.ts";
import type { Phone } from "./phone.ts";
import { usePhone, usePhoneState, useReadyPhone } from "./store.tsx";

type Phase = "idle" | "connecting" | "echo" | "heard" | "failed";

/** The server ends the echo after 20 s. */
const ECHO_MS = 20_000;

export function EchoTest() {
  const { t } = useTranslation("phone");
  const phone = usePhone();
  const link = usePhoneState((state) => state.link);
  const holds = usePhoneState((state) => state.holds);
  const engine = usePhoneState((state) => state.engine);
  useReadyPhone(true);
  const [phase, setPhase] = useState<Phase>("idle");
  const stop = useRef(() => {});
  useEffect(() => () => stop.current(), []);
  const end = () => {
    stop.current();
    setPhase("idle");
  };
  const start = () => {
    setPhase("connecting");
    stop.current = echo(phone, setPhase);
  };
  // An exchange takes no offers over the desk's socket, and rings only for calls.
  if (engine === "asterisk") return null;
  const isOn = phase === "connecting" || phase === "echo";
  return (
    <section className="flex flex-col gap-2 border-t border-line pt-3">
      <h3 className="text-md font-semibold text-ink">{t("echo.title")}</h3>
      <p className="text-md text-ink-2">{t("echo.help")}</p>
      <div className="flex min-h-8 items-center gap-3">
        <Button
          icon={isOn ? "end" : "play"}
          isDisabled={link !== "open" || !holds}
          onPress={isOn ? end : start}
        >
          {t(isOn ? "echo.stop" : "echo.start")}
        </Button>
        <span role="status" className="text-md text-ink-2">
          {!holds && link !== "off"
            ? t("echo.other_tab")
            : link !== "open"
              ? t("echo.no_link")
              : phase === "idle"
                ? ""
                : t(`echo.${phase}`)}
        </span>
      </div>
      {phase === "failed" ? (
        <Notice tone="bad" live>
          {t("echo.failed_help")}
        </Notice>
      ) : null}
    </section>
  );
}

/**
 * Runs one test and tells each step of it; returns the way to stop, after which nothing more is told. A test that ends
 * without ever having been connected has failed.
 */
function echo(phone: Phone, tell: (phase: Phase) => void): () => void {
  let isOver = false;
  let wasUp = false;
  const undo: (() => void)[] = [];
  const stop = () => {
    isOver = true;
    for (const one of undo.splice(0)) one();
  };
  const end = (phase: Phase) => {
    if (isOver) return;
    stop();
    tell(phase);
  };
  const moved = (state: RTCPeerConnectionState) => {
    if (isOver) return;
    if (state === "failed") end("failed");
    if (state !== "connected") return;
    wasUp = true;
    tell("echo");
  };
  const run = async () => {
    const stream = await phone.devices.open();
    const release = () => phone.devices.release();
    if (isOver) return release();
    undo.push(release);
    const timer = setTimeout(() => end(wasUp ? "heard" : "failed"), ECHO_MS);
    const peer = phone.checkPeer();
    undo.push(
      () => clearTimeout(timer),
      hear(peer, phone),
      () => peer.close(),
    );
    peer.addEventListener("connectionstatechange", () => moved(peer.connectionState));
    await connect(peer, stream, phone);
  };
  run().catch(() => end("failed"));
  return stop;
}

/** Plays what comes back; returns the way to stop. */
function hear(peer: RTCPeerConnection, phone: Phone): () => void {
  let ears: Ears | null = null;
  peer.addEventListener("track", ({ streams, track }) => {
    ears?.close();
    ears = new Ears(streams[0] ?? new MediaStream([track]), phone.devices.choice.get(), () => {});
  });
  return () => ears?.close();
}

async function connect(peer: RTCPeerConnection, stream: MediaStream, phone: Phone): Promise<void> {
  peer.addTransceiver(stream.getAudioTracks()[0] ?? "audio", { direction: "sendrecv" });
  await peer.setLocalDescription(await peer.createOffer());
  await gathered(peer);
  const sdp = await phone.check(crypto.randomUUID(), peer.localDescription?.sdp ?? "");
  await peer.setRemoteDescription({ type: "answer", sdp });
}
