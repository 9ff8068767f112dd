/** A button that plays a prompt as callers hear it, and says when its words have no sound of their own. */
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, Icon } from "@kit/ui";
import { listenPath } from "./model.ts";

interface Props {
  tenant_id: string;
  locale: string;
  prompt: string;
  text?: string;
  label: string;
}

type State = "idle" | "loading" | "playing" | "failed";

export function Listen({ tenant_id, locale, prompt, text = "", label }: Props) {
  const { t } = useTranslation("reception");
  const [state, setState] = useState<State>("idle");
  const [source, setSource] = useState("");
  const audio = useRef<HTMLAudioElement | null>(null);
  const isGone = useRef(false);
  useEffect(() => {
    isGone.current = false;
    return () => {
      isGone.current = true;
      audio.current?.pause();
    };
  }, []);
  const stop = () => {
    audio.current?.pause();
    setState("idle");
  };
  const play = async () => {
    setState("loading");
    setSource("");
    try {
      const answer = await fetch(listenPath(tenant_id, locale, prompt, text), { credentials: "same-origin" });
      if (!answer.ok) throw new Error(String(answer.status));
      setSource(answer.headers.get("x-prompt-source") ?? "");
      const sound = await answer.blob();
      if (isGone.current) return; // the page was left, or another recording took this one's place
      const address = URL.createObjectURL(sound);
      const player = new Audio(address);
      audio.current = player;
      player.onended = () => {
        URL.revokeObjectURL(address);
        setState("idle");
      };
      await player.play();
      setState("playing");
    } catch {
      setState("failed");
    }
  };
  const isSubstitute = source === "general" || source === "beep";
  return (
    <span className="inline-flex flex-wrap items-center gap-2">
      <Button
        size="sm"
        icon={state === "playing" ? "pause" : "play"}
        isPending={state === "loading"}
        aria-label={t(state === "playing" ? "listen.stopOf" : "listen.of", { what: label })}
        onPress={() => (state === "playing" ? stop() : void play())}
      >
        {state === "playing" ? t("listen.stop") : t("listen.play")}
      </Button>
      <span aria-live="polite" className="text-sm">
        {state === "failed" ? <span className="text-bad-ink">{t("listen.failed")}</span> : null}
        {isSubstitute && state !== "failed" ? (
          <span className="inline-flex items-start gap-1 text-warn-ink">
            <Icon name="alert" size={14} className="mt-0.5 shrink-0" />
            {t(`source.${source}`)}
          </span>
        ) : null}
      </span>
    </span>
  );
}
