/** What publishing will change, sentence by sentence, and the act itself. */
import { useTranslation } from "react-i18next";
import { Badge, Button, Dialog, Icon, Notice, toast } from "@kit/ui";
import { Problem } from "../app/api.ts";
import { Findings } from "../versions/Findings.tsx";
import { findingsOf, useSayProblem } from "../versions/data.ts";
import { usePublish } from "./data.ts";
import { type Change, changesBetween } from "./model.ts";
import type { SavedDraft, Version } from "./wire.ts";

interface Props {
  tenant_id: string;
  present: Version | null;
  saved: SavedDraft;
  onClose: () => void;
  onDone: () => void;
}

export function PublishDialog({ tenant_id, present, saved, onClose, onDone }: Props) {
  const { t } = useTranslation("routing");
  const say = useSayProblem();
  const publish = usePublish(tenant_id);
  const changes = changesBetween(present?.words, saved.draft.words);
  const { version } = saved.draft;
  // Published all the same: the floor takes it as soon as it can.
  const late = publish.error instanceof Problem && publish.error.status === 503;
  const refused = findingsOf(publish.error);
  const errors = refused.length > 0 ? refused : saved.errors;
  const act = () =>
    publish.mutate(
      { version, etag: saved.etag },
      {
        onSuccess: () => {
          toast("ok", t("publish.done", { version }));
          onDone();
        },
      },
    );
  return (
    <Dialog
      isOpen
      onClose={late ? onDone : onClose}
      title={t("publish.title", { version })}
      size="lg"
      isDismissable={false}
      footer={
        <>
          <Button
            variant="primary"
            isPending={publish.isPending}
            isDisabled={errors.length > 0}
            onPress={act}
          >
            {late ? t("publish.again") : t("publish.act", { version })}
          </Button>
          <Button onPress={late ? onDone : onClose}>{late ? t("publish.close") : t("publish.back")}</Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        {errors.length > 0 ? (
          <Notice tone="bad" live>
            <p className="pb-1 font-medium">{t("publish.errors", { count: errors.length })}</p>
            <Findings errors={errors} />
          </Notice>
        ) : null}
        {saved.warnings.length > 0 ? (
          <Notice tone="warn">
            <p className="pb-1 font-medium">{t("publish.warnings", { count: saved.warnings.length })}</p>
            <Findings warnings={saved.warnings} />
          </Notice>
        ) : null}
        {publish.isError && refused.length === 0 ? (
          <Notice tone={late ? "warn" : "bad"} live>
            {late ? t("publish.late") : say(publish.error)}
          </Notice>
        ) : null}
        <p className="text-md text-ink-2">
          {changes.length === 0
            ? t("publish.nothing")
            : present
              ? t("publish.summary", { count: changes.length, before: present.version })
              : t("publish.summaryFirst", { count: changes.length })}
        </p>
        <ul className="flex flex-col gap-3">
          {changes.map((change) => (
            <ChangeCard key={`${change.kind}:${change.id}`} change={change} />
          ))}
        </ul>
      </div>
    </Dialog>
  );
}

function ChangeCard({ change }: { change: Change }) {
  const { t } = useTranslation("routing");
  return (
    <li className="rounded-md border border-line p-3">
      <p className="flex flex-wrap items-center gap-2 pb-1.5">
        <span className="foreign font-semibold text-ink">{change.name}</span>
        <Badge>{t(`publish.kind_${change.kind}`)}</Badge>
        <Badge tone={change.what === "changed" ? "plain" : "accent"}>
          {t(`publish.what_${change.what}`)}
        </Badge>
      </p>
      <div className="grid gap-2 sm:grid-cols-2">
        <Side title={t("publish.before")} lines={change.before} isNew={false} />
        <Side title={t("publish.after")} lines={change.after} isNew />
      </div>
    </li>
  );
}

function Side({ title, lines, isNew }: { title: string; lines: readonly string[]; isNew: boolean }) {
  const { t } = useTranslation("routing");
  return (
    <div className={isNew ? "rounded-sm bg-ok-soft p-2 text-ok-ink" : "rounded-sm bg-sunken p-2 text-ink-2"}>
      <p className="pb-1 text-sm font-medium">{title}</p>
      {lines.length === 0 ? (
        <p className="text-md">{t("publish.noLines")}</p>
      ) : (
        <ul className="flex flex-col gap-0.5 text-md">
          {lines.map((line) => (
            <li key={line} className="flex items-start gap-1.5">
              <Icon name={isNew ? "plus" : "minus"} size={12} className="mt-1 shrink-0" />
              <span className="foreign">{line}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
