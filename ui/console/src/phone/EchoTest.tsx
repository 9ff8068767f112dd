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
  const end = (next: Phase) => {
    stop.current();
    stop.current = () => {};
    setPhase(next);
  };
  const start = async () => {
    setPhase("connecting");
    try {
      stop.current = await echo(
        phone,
        () => setPhase("echo"),
        () => end("heard"),
      );
    } catch {
      end("failed");
    }
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
          isPending={phase === "connecting"}
          isDisabled={link !== "open" || !holds}
          onPress={() => (isOn ? end("idle") : void start())}
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
      {phase === "failed" ? <Notice tone="bad">{t("echo.failed_help")}</Notice> : null}
    </section>
  );
}

async function echo(phone: Phone, onUp: () => void, onOver: () => void): Promise<() => void> {
  const stream = await phone.devices.open();
  const peer = phone.checkPeer();
  let ears: Ears | null = null;
  const timer = setTimeout(onOver, ECHO_MS);
  const stop = () => {
    clearTimeout(timer);
    ears?.close();
    peer.close();
    phone.devices.release();
  };
  try {
    peer.addEventListener("track", ({ streams, track }) => {
      ears?.close();
      ears = new Ears(streams[0] ?? new MediaStream([track]), phone.devices.choice.get(), () => {});
    });
    peer.addEventListener("connectionstatechange", () => {
      if (peer.connectionState === "connected") onUp();
    });
    peer.addTransceiver(stream.getAudioTracks()[0] ?? "audio", { direction: "sendrecv" });
    await peer.setLocalDescription(await peer.createOffer());
    await gathered(peer);
    const sdp = await phone.check(crypto.randomUUID(), peer.localDescription?.sdp ?? "");
    await peer.setRemoteDescription({ type: "answer", sdp });
    return stop;
  } catch (error) {
    stop();
    throw error;
  }
}
