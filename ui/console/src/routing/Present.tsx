/** The policy that is in force, one card per queue, in sentences. */
import { useTranslation } from "react-i18next";
import { Badge, cx, StateSign } from "@kit/ui";
import { fullBody, isDefault, queueOf, timingOf } from "./model.ts";
import { useWords, type Words } from "./names.ts";
import { StepLine } from "./StepLine.tsx";
import { Lines, signOf, useSwitchedWords } from "./Switches.tsx";
import type { PolicyView, QueuePolicy, QueueWord, RuleWords, Version, Vocabulary } from "./wire.ts";

export function Present({ view, vocabulary }: { view: PolicyView; vocabulary: Vocabulary }) {
  const { t } = useTranslation("routing");
  const words = useWords(vocabulary);
  const body = fullBody(view.present?.body);
  const lines = new Map(view.present?.words.queues.map((queue) => [queue.queue_id, queue.lines]));
  return (
    <div className="flex flex-col gap-4">
      <ul className="grid items-start gap-3 xl:grid-cols-2" aria-label={t("present.queues")}>
        {vocabulary.queues.map((queue) => (
          <QueueCard
            key={queue.id}
            queue={queue}
            policy={queueOf(body, queue.id)}
            lines={lines.get(queue.id) ?? []}
            words={words}
          />
        ))}
      </ul>
      {view.present && view.present.words.rules.length > 0 ? (
        <Rules view={view} version={view.present} />
      ) : null}
    </div>
  );
}

interface CardProps {
  queue: QueueWord;
  policy: QueuePolicy;
  lines: readonly string[];
  words: Words;
}

function QueueCard({ queue, policy, lines, words }: CardProps) {
  const { t } = useTranslation("routing");
  const plain = isDefault(policy);
  return (
    <li className="rounded-lg border border-line bg-surface p-4">
      <div className="flex flex-wrap items-center gap-2 pb-2">
        <h3 className="foreign text-base font-semibold text-ink">{words.queue(queue.id)}</h3>
        <Badge tone={plain ? "plain" : "accent"}>{t(`strategy.${policy.strategy}`)}</Badge>
        {policy.lend ? <Badge>{t("part.lend")}</Badge> : null}
        {policy.reserve ? <Badge>{t("part.reserve")}</Badge> : null}
        {policy.shares.length > 0 ? <Badge>{t("part.shares")}</Badge> : null}
        <span className="ml-auto text-sm text-ink-3">{t("present.able", { count: queue.able })}</span>
      </div>
      {plain ? null : <StepLine steps={policy.steps} words={words} />}
      <div className={plain ? "" : "pt-3"}>
        <Lines lines={lines} empty={t("present.plain")} />
      </div>
    </li>
  );
}

function Rules({ view, version }: { view: PolicyView; version: Version }) {
  const { t } = useTranslation("routing");
  const now = new Map(view.rules.map((rule) => [rule.id, rule]));
  return (
    <section aria-labelledby="routing-rules">
      <h2 id="routing-rules" className="pb-2 text-lg font-semibold text-ink">
        {t("rules.title")}
      </h2>
      <ul className="grid items-start gap-3 xl:grid-cols-2">
        {version.words.rules.map((rule) => (
          <RuleCard key={rule.id} rule={rule} now={now.get(rule.id)} />
        ))}
      </ul>
    </section>
  );
}

function RuleCard({ rule, now }: { rule: RuleWords; now: PolicyView["rules"][number] | undefined }) {
  const { t } = useTranslation("routing");
  const switched = useSwitchedWords();
  return (
    <li className="rounded-lg border border-line bg-surface p-4">
      <div className="flex flex-wrap items-center gap-2 pb-1">
        <StateSign state={now ? signOf(now) : "offline"} size={14} />
        <h3 className="foreign text-base font-semibold text-ink">{rule.name}</h3>
        <span className={cx("text-md", now?.active ? "font-semibold text-warn-ink" : "text-ink-3")}>
          {t(now?.active ? "rules.isOn" : "rules.isOff")}
        </span>
        {now ? <Badge>{t(`rules.timing.${timingOf(now)}`)}</Badge> : null}
        <span className="ml-auto text-sm text-ink-3">{switched(now?.switched)}</span>
      </div>
      <Lines lines={rule.lines} />
    </li>
  );
}
