/** The draft: queues and rules at the left, the form of the chosen one at the right, what to do with it all below. */
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Badge, Button, ConfirmDialog, cx, Icon, Notice, TextField, toast } from "@kit/ui";
import { hasScope, useSession } from "../app/session.tsx";
import { useOpened } from "../settings/parts/useOpened.ts";
import { Lost } from "../versions/Lost.tsx";
import { FindingMarks, Findings } from "../versions/Findings.tsx";
import { useSayProblem } from "../versions/data.ts";
import { homeless, marksOf } from "../versions/findings.ts";
import type { Finding } from "../versions/wire.ts";
import { useDropDraft } from "./data.ts";
import { isDefault, queueOf, unfit, withoutQueue, withQueue } from "./model.ts";
import { useMoment, useWords } from "./names.ts";
import { PublishDialog } from "./PublishDialog.tsx";
import { QueuePanel, RemoveButton } from "./QueuePanel.tsx";
import { RulesPanel } from "./RulesPanel.tsx";
import type { Draft, Editing } from "./useDraft.ts";
import type { PolicyView, SavedDraft, Vocabulary } from "./wire.ts";

interface Props {
  tenant_id: string;
  view: PolicyView;
  vocabulary: Vocabulary;
  draft: Draft;
  editing: Editing;
}

const RULES = "rules";
const NONE: readonly Finding[] = [];

export function DraftEditor({ tenant_id, view, vocabulary, draft, editing }: Props) {
  const { t } = useTranslation("routing");
  const words = useWords(vocabulary);
  const opened = useOpened();
  const { body } = editing;
  const errors = draft.checked?.errors ?? NONE;
  const warnings = draft.checked?.warnings ?? NONE;
  const unknown = Object.keys(body.queues).filter((id) => words.queue(id) === undefined);
  const ids = [...vocabulary.queues.map(({ id }) => id), ...unknown];
  const chosen = opened.id === RULES || ids.includes(opened.id ?? "") ? opened.id : ids[0];
  const path = `queues.${chosen}`;
  return (
    <div className="flex flex-col gap-3">
      <LostTo draft={draft} view={view} />
      <Findings
        errors={homeless(errors, ["queues", RULES])}
        warnings={homeless(warnings, ["queues", RULES])}
      />
      <div className="grid grid-cols-[200px_minmax(0,1fr)] items-start gap-4">
        <nav
          aria-label={t("draft.parts")}
          className="sticky top-0 rounded-lg border border-line bg-surface p-2"
        >
          <ul className="flex flex-col gap-0.5">
            {ids.map((id) => (
              <Part
                key={id}
                name={words.queue(id) ?? t("draft.gone")}
                note={
                  isDefault(queueOf(body, id))
                    ? t("draft.plain")
                    : t(`strategy.${queueOf(body, id).strategy}`)
                }
                isChosen={id === chosen}
                marks={marksOf(errors, warnings, `queues.${id}`)}
                onChoose={() => opened.open(id)}
              />
            ))}
            <li aria-hidden="true" className="my-1 h-px bg-line" />
            <Part
              name={t("rules.title")}
              note={t("rules.count", { count: body.rules.length })}
              isChosen={chosen === RULES}
              marks={marksOf(errors, warnings, RULES)}
              onChoose={() => opened.open(RULES)}
            />
          </ul>
        </nav>
        <div className="rounded-lg border border-line bg-surface p-4">
          {chosen === RULES ? (
            <RulesPanel
              rules={body.rules}
              onChange={(rules) => draft.change({ ...body, rules })}
              errors={errors}
              warnings={warnings}
              words={words}
              mostRules={vocabulary.limits.rules}
              mostBoost_ms={vocabulary.limits.boost_ms}
            />
          ) : chosen ? (
            <>
              <QueuePanel
                key={chosen}
                title={words.queue(chosen) ?? t("draft.gone")}
                queue={queueOf(body, chosen)}
                onChange={(patch) => draft.change(withQueue(body, chosen, patch))}
                path={path}
                errors={errors}
                warnings={warnings}
                words={words}
                mostSteps={vocabulary.limits.steps}
                lines={draft.checked?.words.queues.find(({ queue_id }) => queue_id === chosen)?.lines ?? []}
              />
              {unknown.includes(chosen) ? (
                <RemoveButton
                  label={t("draft.removeQueue")}
                  onPress={() => draft.change(withoutQueue(body, chosen))}
                />
              ) : null}
            </>
          ) : (
            <p className="text-md text-ink-3">{t("draft.noQueues")}</p>
          )}
        </div>
      </div>
      <Bar tenant_id={tenant_id} view={view} draft={draft} editing={editing} />
    </div>
  );
}

interface PartProps {
  name: string;
  note: string;
  isChosen: boolean;
  marks: { errors: number; warnings: number };
  onChoose: () => void;
}

function Part({ name, note, isChosen, marks, onChoose }: PartProps) {
  return (
    <li>
      <button
        type="button"
        aria-current={isChosen ? "true" : undefined}
        onClick={onChoose}
        className={cx(
          "flex w-full items-center gap-2 rounded-sm px-2 py-1.5 text-left",
          isChosen ? "bg-accent-soft text-accent-ink" : "text-ink hover:bg-sunken",
        )}
      >
        <span className="min-w-0 flex-1">
          <span className="foreign block text-md font-medium">{name}</span>
          <span className={cx("block text-sm", isChosen ? "text-accent-ink" : "text-ink-3")}>{note}</span>
        </span>
        <FindingMarks {...marks} />
      </button>
    </li>
  );
}

/** Who saved the draft in the meantime, and what to do now. */
function LostTo({ draft, view }: { draft: Draft; view: PolicyView }) {
  const { t } = useTranslation("routing");
  const moment = useMoment();
  if (!draft.lost) return null;
  const theirs = view.draft;
  const by = theirs?.created_by
    ? t("lost.by", { name: theirs.created_by.name, at: moment(theirs.created_at) })
    : undefined;
  return <Lost draft={draft} by={by} />;
}

function Bar({ tenant_id, view, draft, editing }: Omit<Props, "vocabulary">) {
  const { t } = useTranslation("routing");
  const say = useSayProblem();
  const drop = useDropDraft(tenant_id);
  const session = useSession();
  const navigate = useNavigate();
  const [trying, setTrying] = useState(false);
  const [dropping, setDropping] = useState(false);
  const [publishing, setPublishing] = useState<SavedDraft | null>(null);
  const errors = draft.checked?.errors.length ?? 0;
  const warnings = draft.checked?.warnings.length ?? 0;
  // What can't even be saved has to be mended first; the list at the left shows where.
  const unsound = unfit(editing.body.rules, { name: "", id: "" }).length > 0;
  const publish = async () => {
    const saved = draft.dirty || !editing.saved ? await draft.save() : savedOf(editing, draft);
    if (saved) setPublishing(saved);
  };
  // The drill plays what is saved.
  const tryIt = async () => {
    if (draft.dirty || !editing.saved) {
      if (!(await draft.save())) return;
    }
    setTrying(true);
  };
  useEffect(() => {
    // Once the saving has been seen here too: nobody is asked about unsaved work then.
    if (trying && !draft.dirty)
      void navigate({ to: "/app/drills", search: { tenant: tenant_id, draft: "1" } });
  }, [trying, draft.dirty, navigate, tenant_id]);
  return (
    <div className="sticky -bottom-6 z-10 rounded-lg border border-line bg-raised p-3 shadow-2">
      {draft.failed ? (
        <Notice tone="bad" live className="mb-2">
          {say(draft.failed)}
        </Notice>
      ) : null}
      <div className="flex flex-wrap items-end gap-x-3 gap-y-2">
        <TextField
          label={t("draft.note")}
          placeholder={t("draft.notePlaceholder")}
          value={editing.note}
          maxLength={200}
          onChange={draft.setNote}
          className="min-w-52 flex-1"
        />
        <span className="flex h-8 items-center gap-2">
          <FindingMarks errors={errors} warnings={warnings} />
          <span className="min-w-20">
            {draft.dirty ? (
              <Badge tone="warn">
                <Icon name="edit" size={12} />
                {t("draft.dirty")}
              </Badge>
            ) : (
              <Badge>{editing.saved ? t("draft.saved") : t("draft.untouched")}</Badge>
            )}
          </span>
        </span>
        <Button variant="ghost" className="text-bad-ink!" onPress={() => setDropping(true)}>
          {t("draft.drop")}
        </Button>
        {hasScope(session, "drill.run") ? (
          <Button icon="drill" isDisabled={draft.lost || unsound} onPress={() => void tryIt()}>
            {t("draft.tryIt")}
          </Button>
        ) : null}
        <Button
          isPending={draft.isSaving}
          isDisabled={!draft.dirty || unsound}
          onPress={() => void draft.save()}
        >
          {t("draft.save")}
        </Button>
        <Button variant="primary" isDisabled={draft.lost || unsound} onPress={() => void publish()}>
          {t("draft.publish")}
        </Button>
      </div>
      <ConfirmDialog
        isOpen={dropping}
        onClose={() => setDropping(false)}
        isPending={drop.isPending}
        title={t("draft.dropTitle")}
        confirm={t("draft.dropAct")}
        onConfirm={() => {
          const done = () => {
            setDropping(false);
            draft.leave();
            toast("ok", t("draft.dropped"));
          };
          if (!editing.saved) return done();
          drop.mutate(editing.etag, { onSuccess: done });
        }}
      >
        {t("draft.dropText")}
        {drop.isError ? (
          <Notice tone="bad" live className="mt-3">
            {say(drop.error)}
          </Notice>
        ) : null}
      </ConfirmDialog>
      {publishing ? (
        <PublishDialog
          tenant_id={tenant_id}
          present={view.present}
          saved={publishing}
          onClose={() => setPublishing(null)}
          onDone={() => {
            setPublishing(null);
            draft.leave();
          }}
        />
      ) : null}
    </div>
  );
}

function savedOf(editing: Editing, draft: Draft): SavedDraft | null {
  if (!editing.saved) return null;
  const { errors = [], warnings = [] } = draft.checked ?? {};
  return { draft: editing.saved, etag: editing.etag, errors, warnings };
}
