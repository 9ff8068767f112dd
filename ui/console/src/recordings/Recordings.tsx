/** The recordings of a contact, for those who may listen. Holding and erasing for those who may keep. */
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Badge, Button, ConfirmDialog, Dialog, Notice, TextField } from "@kit/ui";
import { api, Problem } from "../app/api.ts";
import { hasScope, useSession } from "../app/session.tsx";
import { LoadFailed } from "../settings/parts/Page.tsx";
import { Player } from "./Player.tsx";
import type { Recording, RecordingDetail } from "./wire.ts";

interface Page {
  items: Recording[];
}

const listOf = (contact: string) =>
  queryOptions({
    queryKey: ["recordings", contact],
    queryFn: ({ signal }) => api.get<Page>("/api/recordings", { contact_id: contact }, { signal }),
    // One that is being written or drawn now is whole a moment later.
    refetchInterval: ({ state }) =>
      state.data?.items.some(({ state }) => state === "writing") ? 5_000 : false,
  });

const oneOf = (id: string) =>
  queryOptions({
    queryKey: ["recording", id],
    queryFn: ({ signal }) => api.get<RecordingDetail>(`/api/recordings/${id}`, undefined, { signal }),
    refetchInterval: ({ state }) => (state.data?.state === "kept" && !state.data.picture ? 3_000 : false),
  });

/** Nothing at all for a contact without recordings, or for who may not listen; a list that can't be read is told. */
export function Recordings({ contact }: { contact: string }) {
  const { t } = useTranslation("recordings");
  const may = hasScope(useSession(), "recording.listen");
  const list = useQuery({ ...listOf(contact), enabled: may });
  const failed = list.data ? null : list.error;
  if (failed && !(failed instanceof Problem && failed.status === 403)) {
    return (
      <div className="mx-4 mb-3 shrink-0">
        <LoadFailed what={t("title")} error={failed} onRetry={() => void list.refetch()} />
      </div>
    );
  }
  if (!list.data?.items.length) return null;
  return (
    <section
      aria-labelledby="recordings"
      className="mx-4 mb-3 max-h-[50vh] shrink-0 overflow-y-auto rounded-lg border border-line bg-surface p-3"
    >
      <h2 id="recordings" className="pb-2 text-base font-semibold text-ink">
        {t("title")}
      </h2>
      <ol className="flex flex-col gap-4">
        {list.data.items.map((one) => (
          <li key={one.id}>
            <One recording={one} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function One({ recording }: { recording: Recording }) {
  const { t, i18n } = useTranslation("recordings");
  const detail = useQuery({ ...oneOf(recording.id), enabled: recording.state === "kept" });
  const when = new Intl.DateTimeFormat(i18n.language, { dateStyle: "medium", timeStyle: "medium" });
  const day = new Intl.DateTimeFormat(i18n.language, { dateStyle: "medium" });
  const shown = detail.data ?? recording;
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center gap-2 text-md text-ink-2">
        <time dateTime={new Date(shown.started_at).toISOString()} className="tabular">
          {when.format(shown.started_at)}
        </time>
        {shown.kind === "message" ? <Badge>{t("message")}</Badge> : null}
        {shown.state === "kept" ? null : <Badge>{t(`state.${shown.state}`)}</Badge>}
        {shown.hold_at === null ? null : (
          <Badge tone="warn">{t("held", { reason: shown.hold_reason })}</Badge>
        )}
        {shown.erase_at && shown.hold_at === null && shown.state === "kept" ? (
          <span>{t("eraseAt", { day: day.format(shown.erase_at) })}</span>
        ) : null}
        {shown.state === "kept" ? <Keeping recording={shown} /> : null}
      </div>
      {detail.data?.state === "kept" ? <Player recording={detail.data} /> : null}
      {detail.error && !detail.data ? (
        <LoadFailed what={t("title")} error={detail.error} onRetry={() => void detail.refetch()} />
      ) : null}
    </div>
  );
}

function Keeping({ recording }: { recording: Recording }) {
  const { t } = useTranslation("recordings");
  const may = hasScope(useSession(), "recording.keep");
  const [asked, setAsked] = useState<"hold" | "erase" | null>(null);
  const client = useQueryClient();
  const refresh = () => {
    setAsked(null);
    void client.invalidateQueries({ queryKey: ["recording", recording.id] });
    void client.invalidateQueries({ queryKey: ["recordings"] });
  };
  const path = `/api/recordings/${recording.id}`;
  const release = useMutation({ mutationFn: () => api.delete(`${path}/hold`), onSuccess: refresh });
  const erase = useMutation({ mutationFn: () => api.delete(path), onSuccess: refresh });
  if (!may) return null;
  const refused = release.error instanceof Problem ? release.error.title : null;
  return (
    <span className="ml-auto flex flex-wrap items-center justify-end gap-2">
      {refused === null ? null : (
        <Notice tone="bad" live>
          {refused}
        </Notice>
      )}
      {recording.hold_at === null ? (
        <>
          <Button onPress={() => setAsked("hold")}>{t("hold")}</Button>
          <Button variant="danger" onPress={() => setAsked("erase")}>
            {t("erase")}
          </Button>
        </>
      ) : (
        <Button isPending={release.isPending} onPress={() => release.mutate()}>
          {t("release")}
        </Button>
      )}
      {asked === "hold" ? <HoldDialog path={path} onClose={() => setAsked(null)} onDone={refresh} /> : null}
      <ConfirmDialog
        isOpen={asked === "erase"}
        onClose={() => setAsked(null)}
        title={t("eraseTitle")}
        confirm={t("erase")}
        isPending={erase.isPending}
        onConfirm={() => erase.mutate()}
      >
        <p>{t("eraseText")}</p>
        {erase.error instanceof Problem ? <Notice tone="bad">{erase.error.title}</Notice> : null}
      </ConfirmDialog>
    </span>
  );
}

function HoldDialog({ path, onClose, onDone }: { path: string; onClose: () => void; onDone: () => void }) {
  const { t } = useTranslation("recordings");
  const [reason, setReason] = useState("");
  const hold = useMutation({
    mutationFn: () => api.put(`${path}/hold`, { reason: reason.trim() }),
    onSuccess: onDone,
  });
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("holdTitle")}
      footer={
        <Button
          variant="primary"
          isDisabled={!reason.trim()}
          isPending={hold.isPending}
          onPress={() => hold.mutate()}
        >
          {t("hold")}
        </Button>
      }
    >
      <TextField label={t("holdReason")} value={reason} onChange={setReason} />
      {hold.error instanceof Problem ? <Notice tone="bad">{hold.error.title}</Notice> : null}
    </Dialog>
  );
}
