/** A supervisor in somebody's call: how, since when, and the ways to change it. Over the page's foot; moves nothing. */
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useCommand, useFeed, type WallData } from "@kit/feed";
import { Button, cx, StateSign, toast } from "@kit/ui";
import { announce } from "../app/announce.tsx";
import { useSession } from "../app/session.tsx";
import { usePhone, usePhoneState } from "./store.tsx";
import { useVoice } from "./useVoice.ts";
import type { CallWord } from "./wire.ts";

export const JOIN_ROLES = ["listen", "whisper", "barge"] as const;
export type JoinRole = (typeof JOIN_ROLES)[number];

export function SupervisionDock() {
  const { t } = useTranslation("phone");
  const words = usePhoneState((state) => Object.values(state.calls).filter(({ role }) => role !== "talk"));
  return (
    <section
      aria-label={t("join.region")}
      className="pointer-events-none fixed bottom-4 left-1/2 w-max max-w-[calc(100vw-6rem)] max-md:bottom-18 max-md:max-w-[calc(100vw-1rem)] z-[var(--rx-z-banner)] flex -translate-x-1/2 flex-col gap-2"
    >
      {words.map((word) => (
        <Joined key={word.interaction} word={word} />
      ))}
    </section>
  );
}

/** Whose call it is, from the wall; nameless when that is not to be had. */
function namesOf(data: Partial<WallData> | undefined, interaction: string): string {
  const agent = Object.values(data?.agents ?? {}).find((one) =>
    one.calls?.some(({ interaction_id }) => interaction_id === interaction),
  );
  return agent?.name ?? "";
}

function Joined({ word }: { word: CallWord }) {
  const { t } = useTranslation("phone");
  const session = useSession();
  const navigate = useNavigate();
  const phone = usePhone();
  const hasVoice = useVoice();
  const line = usePhoneState((state) => state.lines[word.interaction]);
  const name = useFeed("wall", (data) => namesOf(data, word.interaction)) || t("people.colleague");
  const tell = (error: { title: string }) => toast("bad", error.title);
  const join = useCommand("JoinInteraction", tell);
  const leave = useCommand("LeaveInteraction", tell);
  const takeOver = useCommand("TakeOver", tell);
  const interaction_id = word.interaction;
  const isUp = line?.phase === "up";
  const said = isUp
    ? t(`join.is_${word.role}`, { who: name })
    : t(
        line
          ? `join.${line.phase === "reconnecting" ? "reconnecting" : line.phase === "failed" ? "failed" : "connecting"}`
          : "join.elsewhere",
        { who: name, device: word.device_label },
      );
  useSaid(said);
  const change = async (role: JoinRole) => {
    if (role === "listen" || (await hasVoice())) await join.run({ interaction_id, role });
  };
  const take = async () => {
    if ((await hasVoice()) && (await takeOver.run({ interaction_id })))
      await navigate({ to: "/app/desk", search: { on: interaction_id } });
  };
  return (
    <article
      data-joined={word.role}
      className="pointer-events-auto flex flex-wrap items-center gap-x-3 gap-y-2 rounded-lg border border-line bg-raised py-2 pr-2 pl-4 shadow-4"
    >
      <p className="flex min-w-56 items-center gap-2 text-md font-medium text-ink">
        <StateSign state={isUp ? "calling" : line?.phase === "failed" ? "bad" : "waiting"} size={14} />
        <span className="foreign">{said}</span>
      </p>
      <div
        role="group"
        aria-label={t("join.how")}
        className="flex shrink-0 overflow-hidden rounded-sm border border-line-2"
      >
        {JOIN_ROLES.map((role) => (
          <Button
            key={role}
            aria-pressed={word.role === role}
            isDisabled={join.isPending}
            onPress={() => void change(role)}
            className={cx(
              "rounded-none! border-0! shadow-none!",
              word.role === role && "bg-accent-soft! text-accent-ink!",
            )}
          >
            {t(`join.${role}`)}
          </Button>
        ))}
      </div>
      {word.role === "listen" ? null : (
        <Button
          icon={line?.muted ? "microphoneOff" : "microphone"}
          aria-pressed={line?.muted ?? false}
          onPress={() => phone.mute(interaction_id, !line?.muted)}
        >
          {t(line?.muted ? "act.unmute" : "act.mute")}
        </Button>
      )}
      {line && line.phase !== "failed" ? null : (
        <Button icon="headset" onPress={() => phone.take(interaction_id)}>
          {t("act.connect_again")}
        </Button>
      )}
      {session.agent ? (
        <Button icon="transfer" isPending={takeOver.isPending} onPress={() => void take()}>
          {t("join.take_over")}
        </Button>
      ) : null}
      <Button
        variant="primary"
        icon="close"
        isPending={leave.isPending}
        onPress={() => void leave.run({ interaction_id })}
      >
        {t("join.leave")}
      </Button>
    </article>
  );
}

function useSaid(words: string): void {
  const before = useRef("");
  useEffect(() => {
    if (before.current !== words) announce(words);
    before.current = words;
  }, [words]);
}
