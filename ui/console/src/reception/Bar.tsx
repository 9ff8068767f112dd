/** What to do with the draft: save it, publish it, throw it away; and what to do when somebody else saved first. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Badge, Button, ConfirmDialog, Notice, TextField, toast } from "@kit/ui";
import { Lost } from "../versions/Lost.tsx";
import { FindingMarks, Findings } from "../versions/Findings.tsx";
import { findingsOf, useSayProblem } from "../versions/data.ts";
import { useDropDraft, usePublish } from "./data.ts";
import type { Draft } from "./useDraft.ts";
import type { ReceptionView } from "./wire.ts";

interface Props {
  view: ReceptionView;
  draft: Draft;
}

export function Bar({ view, draft }: Props) {
  const { t } = useTranslation("reception");
  const say = useSayProblem();
  const [publishing, setPublishing] = useState(false);
  const [dropping, setDropping] = useState(false);
  const { errors, warnings } = draft.found;
  const nothing = !draft.dirty && !draft.saved;
  return (
    <div className="sticky -bottom-6 z-10 mt-3 rounded-lg border border-line bg-raised p-3 shadow-2">
      {draft.lost ? <Lost draft={draft} className="mb-2" /> : null}
      {draft.failed ? (
        <Notice tone="bad" live className="mb-2">
          {say(draft.failed)}
        </Notice>
      ) : null}
      <div className="flex flex-wrap items-end gap-x-3 gap-y-2">
        <TextField
          label={t("draft.note")}
          placeholder={t("draft.notePlaceholder")}
          value={draft.note}
          maxLength={200}
          onChange={draft.setNote}
          className="min-w-48 flex-1"
        />
        <span className="flex h-8 items-center gap-2">
          <FindingMarks errors={errors.length} warnings={warnings.length} />
          <Badge tone={draft.dirty ? "warn" : "plain"}>
            {t(draft.dirty ? "draft.dirty" : draft.saved ? "draft.saved" : "draft.untouched")}
          </Badge>
        </span>
        <Button
          variant="ghost"
          className="text-bad-ink!"
          isDisabled={nothing}
          onPress={() => setDropping(true)}
        >
          {t("draft.drop")}
        </Button>
        <Button isPending={draft.isSaving} isDisabled={!draft.dirty} onPress={() => void draft.save()}>
          {t("draft.save")}
        </Button>
        <Button
          variant="primary"
          isDisabled={nothing || draft.lost || errors.length > 0}
          onPress={() => setPublishing(true)}
        >
          {t("draft.publish")}
        </Button>
      </div>
      {publishing ? <Publish view={view} draft={draft} onClose={() => setPublishing(false)} /> : null}
      {dropping ? <Drop view={view} draft={draft} onClose={() => setDropping(false)} /> : null}
    </div>
  );
}

interface AskProps extends Props {
  onClose: () => void;
}

function Publish({ view, draft, onClose }: AskProps) {
  const { t } = useTranslation("reception");
  const say = useSayProblem();
  const publish = usePublish(view.tenant_id);
  const refused = findingsOf(publish.error);
  const act = async () => {
    const saved = draft.dirty ? await draft.save() : { draft: draft.saved, etag: draft.etag };
    if (!saved?.draft) return onClose();
    const { version } = saved.draft;
    publish.mutate(
      { version, etag: saved.etag },
      {
        onSuccess: () => {
          toast("ok", t("publish.done", { version }));
          void draft.takeTheirs();
          onClose();
        },
      },
    );
  };
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      variant="primary"
      isPending={draft.isSaving || publish.isPending}
      title={t("publish.title")}
      confirm={t("publish.act")}
      onConfirm={() => void act()}
    >
      <p>{t("publish.text")}</p>
      {draft.found.warnings.length > 0 ? (
        <Notice tone="warn" className="mt-3">
          <Findings warnings={draft.found.warnings} />
        </Notice>
      ) : null}
      {publish.isError ? (
        <Notice tone="bad" live className="mt-3">
          {refused.length > 0 ? <Findings errors={refused} /> : say(publish.error)}
        </Notice>
      ) : null}
    </ConfirmDialog>
  );
}

function Drop({ view, draft, onClose }: AskProps) {
  const { t } = useTranslation("reception");
  const say = useSayProblem();
  const drop = useDropDraft(view.tenant_id);
  const done = () => {
    void draft.takeTheirs();
    toast("ok", t("draft.dropped"));
    onClose();
  };
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      isPending={drop.isPending}
      title={t("draft.dropTitle")}
      confirm={t("draft.dropAct")}
      onConfirm={() => (draft.saved ? drop.mutate(draft.etag, { onSuccess: done }) : done())}
    >
      {t("draft.dropText")}
      {drop.isError ? (
        <Notice tone="bad" live className="mt-3">
          {say(drop.error)}
        </Notice>
      ) : null}
    </ConfirmDialog>
  );
}
