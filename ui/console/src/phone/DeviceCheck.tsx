/** Microphone, loudspeaker, ringing: chosen, seen on a meter, heard, and tried against the server with one's own echo. */
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, Dialog, Notice, Select } from "@kit/ui";
import { useSession } from "../app/session.tsx";
import type { DeviceChoice, MicrophoneState } from "./devices.ts";
import { EchoTest } from "./EchoTest.tsx";
import { Loudness } from "./ears.ts";
import { LevelBars } from "./Meters.tsx";
import { useDevices, usePhone, useTakesCalls } from "./store.tsx";

export function DeviceCheck({ onClose }: { onClose: () => void }) {
  return useSession().agent ? <AgentsCheck onClose={onClose} /> : <Check onClose={onClose} rings={false} />;
}

function AgentsCheck({ onClose }: { onClose: () => void }) {
  return <Check onClose={onClose} rings={useTakesCalls()} />;
}

/** `rings`: calls ring for this person; those who only listen in choose nothing about that. */
function Check({ onClose, rings }: { onClose: () => void; rings: boolean }) {
  const { t } = useTranslation("phone");
  const phone = usePhone();
  const { choice, list } = useDevices();
  const { trouble, level } = useOpenMicrophone();
  const named = (devices: MediaDeviceInfo[]) => [
    { id: "", label: t("check.system") },
    ...devices.map(({ deviceId, label }, index) => ({
      id: deviceId,
      label: label || t("check.unnamed", { n: index + 1 }),
    })),
  ];
  const known = (id: string, devices: MediaDeviceInfo[]) =>
    devices.some(({ deviceId }) => deviceId === id) ? id : "";
  // Safari and older Firefox play where the system says.
  const canChooseSpeaker = "setSinkId" in HTMLMediaElement.prototype;
  return (
    <Dialog isOpen onClose={onClose} title={t("check.title")}>
      <div className="flex flex-col gap-4">
        {trouble !== "ok" && trouble !== "unknown" ? (
          <Notice tone="bad" live>
            {t(`ready.${trouble}`)} {t(`ready_help.${trouble}`)}
          </Notice>
        ) : null}
        <div className="grid grid-cols-[1fr_auto] items-end gap-3">
          <Select
            label={t("check.microphone")}
            options={named(list.microphones)}
            value={known(choice.microphone, list.microphones)}
            onChange={(id) => void phone.chooseMicrophone(id)}
          />
          <span className="flex h-8 w-32 items-center">
            <LevelBars level={level} label={t("check.level")} icon="microphone" />
          </span>
        </div>
        {canChooseSpeaker ? (
          <Select
            label={t("check.speaker")}
            options={named(list.speakers)}
            value={known(choice.speaker, list.speakers)}
            onChange={(speaker) => phone.devices.choose({ speaker })}
          />
        ) : (
          <p className="text-sm text-ink-3">{t("check.speaker_by_system")}</p>
        )}
        {rings ? (
          <div className="grid grid-cols-[1fr_auto] items-end gap-3">
            <Select
              label={t("check.ringer")}
              options={named(canChooseSpeaker ? list.speakers : [])}
              value={known(choice.ringer, list.speakers)}
              onChange={(ringer) => phone.devices.choose({ ringer })}
            />
            <Button icon="bell" onPress={() => phone.sounds.tryRing()} className="w-32">
              {t("check.ring")}
            </Button>
          </div>
        ) : null}
        <div className="grid grid-cols-2 gap-3">
          {rings ? (
            <Select
              label={t("check.volume")}
              options={[0.3, 0.7, 1].map((volume) => ({
                id: String(volume),
                label: t(`check.volume_${volume * 10}`),
              }))}
              value={String(choice.ringVolume)}
              onChange={(volume) => phone.devices.choose({ ringVolume: Number(volume) })}
            />
          ) : null}
          <Select<DeviceChoice["ear"]>
            label={t("check.ear")}
            options={(["both", "left", "right"] as const).map((ear) => ({
              id: ear,
              label: t(`check.ear_${ear}`),
            }))}
            value={choice.ear}
            onChange={(ear) => phone.devices.choose({ ear })}
          />
        </div>
        <p className="-mt-2 text-sm text-ink-3">{t("check.ear_help")}</p>
        <EchoTest />
      </div>
    </Dialog>
  );
}

/** Holds the microphone open while the dialog is, and shows how loud it is. */
function useOpenMicrophone(): { trouble: MicrophoneState; level: number } {
  const phone = usePhone();
  const { choice } = useDevices();
  const [trouble, setTrouble] = useState<MicrophoneState>("unknown");
  const [level, setLevel] = useState(0);
  useEffect(() => {
    let stop = () => {};
    let isOver = false;
    phone.devices.open().then(
      (stream) => {
        if (isOver) return phone.devices.release();
        setTrouble("ok");
        void phone.devices.refresh();
        stop = meter(stream, setLevel, () => phone.devices.release());
      },
      () => {
        if (!isOver) setTrouble(phone.devices.microphone.get());
      },
    );
    return () => {
      isOver = true;
      stop();
    };
  }, [phone, choice.microphone]);
  return { trouble, level };
}

function meter(stream: MediaStream, show: (level: number) => void, release: () => void): () => void {
  if (typeof AudioContext === "undefined") return release;
  const context = new AudioContext();
  const loudness = new Loudness(context, context.createMediaStreamSource(stream));
  const timer = setInterval(() => show(loudness.get()), 100);
  return () => {
    clearInterval(timer);
    void context.close();
    release();
  };
}
