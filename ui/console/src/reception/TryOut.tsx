/** The flow tried in text: what the caller hears, what they press, and what the house does; nobody is rung. */
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Badge, Button, Icon, type IconName, Notice, Select } from "@kit/ui";
import type { Locale } from "../app/i18n.ts";
import { useSayProblem } from "../versions/data.ts";
import { tryFlow } from "./data.ts";
import type { Editor } from "./editor.ts";
import type { Heard, Move, Tried } from "./wire.ts";

interface Line {
  move: Move;
  tried: Tried;
}

const PAD = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];
const ICONS: Record<Heard["kind"], IconName> = {
  say: "sound",
  ask: "keyboard",
  queue: "queue",
  call_back: "phone",
  voicemail: "headset",
  music: "play",
  recording: "info",
  rate: "star",
  hang_up: "close",
};

export function TryOut({ editor }: { editor: Editor }) {
  const { t, i18n } = useTranslation("reception");
  const say = useSayProblem();
  const [lines, setLines] = useState<Line[]>([]);
  const [locale, setLocale] = useState<Locale>(i18n.language === "en" ? "en" : "zh-CN");
  const [failed, setFailed] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const end = useRef<HTMLLIElement>(null);
  const last = lines[lines.length - 1]?.tried;
  useEffect(() => {
    end.current?.scrollIntoView({ block: "nearest" });
  }, [lines]);
  const go = async (move: Move) => {
    const fresh = move.kind === "start" || move.kind === "start_closed";
    setBusy(true);
    setFailed(null);
    try {
      const tried = await tryFlow(
        editor.tenant_id,
        editor.flow,
        { ...move, locale },
        fresh ? null : (last?.state ?? null),
      );
      setLines((before) => (fresh ? [{ move, tried }] : [...before, { move, tried }]));
    } catch (reason) {
      setFailed(reason);
    } finally {
      setBusy(false);
    }
  };
  const moves = last?.moves ?? [];
  return (
    <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_260px]">
      <section aria-label={t("try.story")} className="rounded-lg border border-line bg-surface p-4">
        {lines.length === 0 ? <p className="text-md text-ink-3">{t("try.empty")}</p> : null}
        <ol className="flex flex-col gap-3" aria-live="polite">
          {lines.map((line, index) => (
            <li key={index} ref={index === lines.length - 1 ? end : null} className="flex flex-col gap-1.5">
              <p className="text-md font-semibold text-accent-ink">
                {t(`move.${line.move.kind}`, { key: line.move.key ?? "" })}
              </p>
              {line.tried.heard.map((heard, at) => (
                <HeardLine key={at} heard={heard} editor={editor} />
              ))}
            </li>
          ))}
        </ol>
        {last && moves.length === 0 ? <p className="pt-3 text-md text-ink-2">{t("try.over")}</p> : null}
      </section>
      <div className="sticky top-0 flex flex-col gap-3 rounded-lg border border-line bg-surface p-4">
        <Select
          label={t("try.language")}
          value={locale}
          onChange={setLocale}
          options={(["zh-CN", "en"] as const).map((id) => ({ id, label: t(`language.${id}`) }))}
        />
        <div className="flex flex-wrap gap-2">
          <Button variant="primary" isPending={isBusy} onPress={() => void go({ kind: "start" })}>
            {t(lines.length === 0 ? "try.start" : "try.again")}
          </Button>
          <Button isDisabled={isBusy} onPress={() => void go({ kind: "start_closed" })}>
            {t("try.closed")}
          </Button>
        </div>
        {moves.includes("key") ? (
          <div role="group" aria-label={t("try.keypad")} className="grid grid-cols-3 gap-1.5">
            {PAD.map((key) => (
              <Button
                key={key}
                className="tabular"
                isDisabled={isBusy}
                aria-label={t("try.press", { key })}
                onPress={() => void go({ kind: "key", key })}
              >
                {key}
              </Button>
            ))}
          </div>
        ) : null}
        <div className="flex flex-col gap-1.5">
          {moves
            .filter((kind) => kind !== "key")
            .map((kind) => (
              <Button key={kind} size="sm" isDisabled={isBusy} onPress={() => void go({ kind })}>
                {t(`try.${kind}`)}
              </Button>
            ))}
        </div>
        {failed ? (
          <Notice tone="bad" live>
            {say(failed)}
          </Notice>
        ) : null}
      </div>
    </div>
  );
}

function HeardLine({ heard, editor }: { heard: Heard; editor: Editor }) {
  const { t } = useTranslation("reception");
  const own = editor.files.some(({ key, locale }) => key === heard.prompt && locale === heard.locale);
  const queue = editor.queues.find(({ id }) => id === heard.queue_id)?.label ?? t("try.noQueue");
  return (
    <div className="flex items-start gap-2 text-md">
      <Icon name={ICONS[heard.kind]} size={16} className="mt-0.5 shrink-0 text-ink-3" />
      {heard.kind === "say" ? (
        <p lang={heard.locale} className="min-w-0 text-ink">
          <span className="foreign">{heard.text}</span>
          {heard.source === "general" && !own ? (
            <>
              {" "}
              <Badge tone="warn">{t("source.short")}</Badge>
            </>
          ) : null}
        </p>
      ) : (
        <p className="text-ink-2">
          {heard.kind === "recording"
            ? t(heard.value === "yes" ? "heard.recorded" : "heard.notRecorded")
            : t(`heard.${heard.kind}`, { queue, value: heard.value })}
        </p>
      )}
    </div>
  );
}
