/** Earlier versions: who published what when, and the way to take one up again as a draft. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Badge, Button, ConfirmDialog, Notice, toast } from "@kit/ui";
import { useWhen } from "../settings/parts/when.ts";
import { isChanged, type Restore as RestoreHook, useSayProblem } from "./data.ts";
import type { Edition, Shelf } from "./wire.ts";

interface Props {
  view: Shelf;
  useRestore: RestoreHook;
  /** Something is being edited that restoring would write over. */
  hasDraft: boolean;
  mayEdit: boolean;
  onRestored: () => void;
}

export function History({ view, useRestore, hasDraft, mayEdit, onRestored }: Props) {
  const { t } = useTranslation("versions");
  const when = useWhen();
  const [asking, setAsking] = useState<Edition | null>(null);
  if (view.versions.length === 0) return <p className="text-md text-ink-3">{t("history.none")}</p>;
  return (
    <>
      <div className="overflow-x-auto rounded-lg border border-line bg-surface">
        <table className="w-full text-left text-md" aria-label={t("history.title")}>
          <thead>
            <tr className="text-sm text-ink-2">
              {(["version", "note", "by", "at", "acts"] as const).map((id) => (
                <th key={id} scope="col" className="border-b border-line px-3 py-2 font-medium">
                  {t(`history.${id}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {view.versions.map((edition) => (
              <tr key={edition.version} className="align-middle">
                <th
                  scope="row"
                  className="border-b border-line px-3 py-2 font-medium whitespace-nowrap text-ink"
                >
                  {t("version", { version: edition.version })}{" "}
                  {edition.state === "published" ? <Badge tone="ok">{t("history.now")}</Badge> : null}
                </th>
                <td className="foreign border-b border-line px-3 py-2 break-words text-ink">
                  {edition.note || <span className="text-ink-3">{t("history.noNote")}</span>}
                </td>
                <td className="foreign border-b border-line px-3 py-2 text-ink-2">
                  {(edition.published_by ?? edition.created_by)?.name ?? t("bySystem")}
                </td>
                <td className="tabular border-b border-line px-3 py-2 text-ink-2">
                  {edition.published_at ? when(edition.published_at) : "—"}
                </td>
                <td className="border-b border-line px-3 py-2">
                  {mayEdit ? (
                    <Button size="sm" icon="retry" onPress={() => setAsking(edition)}>
                      {t("history.restore")}
                    </Button>
                  ) : (
                    "—"
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {asking ? (
        <Restore
          view={view}
          useRestore={useRestore}
          version={asking.version}
          hasDraft={hasDraft}
          onClose={() => setAsking(null)}
          onRestored={() => {
            setAsking(null);
            onRestored();
          }}
        />
      ) : null}
    </>
  );
}

interface RestoreProps {
  view: Shelf;
  useRestore: RestoreHook;
  version: number;
  hasDraft: boolean;
  onClose: () => void;
  onRestored: () => void;
}

function Restore({ view, useRestore, version, hasDraft, onClose, onRestored }: RestoreProps) {
  const { t } = useTranslation("versions");
  const say = useSayProblem();
  const restore = useRestore(view.tenant_id);
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      isPending={restore.isPending}
      variant={hasDraft ? "danger" : "primary"}
      title={t("history.restoreTitle", { version })}
      confirm={t("history.restore")}
      onConfirm={() =>
        restore.mutate(
          { version, etag: view.etag },
          {
            onSuccess: () => {
              toast("ok", t("history.restored", { version }));
              onRestored();
            },
          },
        )
      }
    >
      {t(hasDraft ? "history.restoreOver" : "history.restoreText")}
      {restore.isError ? (
        <Notice tone="bad" live className="mt-3">
          {isChanged(restore.error) ? t("lost.text") : say(restore.error)}
        </Notice>
      ) : null}
    </ConfirmDialog>
  );
}
