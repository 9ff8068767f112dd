/** The draft as it is being edited: what was typed, what the server has, and what the checks say about it. */
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { isChanged } from "../versions/data.ts";
import { checkBody, policyQuery, useRenew, useSaveDraft } from "./data.ts";
import { fullBody, leanBody, NO_BODY, sameBody, unfit } from "./model.ts";
import type { Body, Checked, PolicyView, SavedDraft, Version } from "./wire.ts";

export interface Editing {
  body: Body;
  note: string;
  /** What it began with: the saved draft, or the present policy for one that is not saved yet. */
  base: Body;
  baseNote: string;
  etag: string;
  /** The draft that the server has; null: none yet. */
  saved: Version | null;
}

export interface Draft {
  editing: Editing | null;
  dirty: boolean;
  checked: Checked | null;
  /** Somebody else saved in the meantime. */
  lost: boolean;
  failed: unknown;
  isSaving: boolean;
  begin: () => void;
  change: (body: Body) => void;
  setNote: (note: string) => void;
  save: () => Promise<SavedDraft | null>;
  /** Takes theirs, or writes over it with what stands here. */
  takeTheirs: () => Promise<void>;
  overwrite: () => Promise<void>;
  leave: () => void;
}

const CHECK_AFTER_MS = 500;

function editingOf(view: PolicyView): Editing {
  const base = fullBody((view.draft ?? view.present)?.body ?? NO_BODY);
  const note = view.draft?.note ?? "";
  return { body: base, note, base, baseNote: note, etag: view.etag, saved: view.draft };
}

export function useDraft(tenant_id: string, view: PolicyView | undefined): Draft {
  const { t, i18n } = useTranslation("routing");
  const client = useQueryClient();
  const renew = useRenew();
  const [editing, setEditing] = useState<Editing | null>(null);
  const [checked, setChecked] = useState<Checked | null>(null);
  const [lost, setLost] = useState(false);
  const [failed, setFailed] = useState<unknown>(null);
  const saving = useSaveDraft(tenant_id);
  const dirty =
    editing !== null && (!sameBody(editing.body, editing.base) || editing.note !== editing.baseNote);
  // As long as nothing has been typed, the page follows the server; what it has just saved itself is no news.
  const [seen, setSeen] = useState<string | undefined>(undefined);
  if (view && view.etag !== seen) {
    setSeen(view.etag);
    if (!dirty && view.etag !== editing?.etag) {
      setLost(false);
      setEditing(view.draft ? editingOf(view) : null);
    }
  }

  const body = editing?.body;
  useEffect(() => {
    if (!body || unfit(body.rules, { name: "", id: "" }).length > 0) return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      checkBody(tenant_id, body, stop.signal)
        .then(setChecked)
        // The next change asks again; saving says what is wrong in any case.
        .catch(() => undefined);
    }, CHECK_AFTER_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [tenant_id, body, i18n.language]);

  const own = useMemo(
    () => unfit(body?.rules ?? [], { name: t("rules.nameMissing"), id: t("rules.idBad") }),
    [body, t],
  );
  // What the page sees by itself comes before what was found in the last body that could be checked.
  const said = useMemo<Checked | null>(
    () =>
      own.length === 0
        ? checked
        : {
            errors: [...own, ...(checked?.errors ?? [])],
            warnings: checked?.warnings ?? [],
            words: checked?.words ?? { queues: [], rules: [] },
          },
    [own, checked],
  );

  const store = useCallback(
    async (etag: string): Promise<SavedDraft | null> => {
      if (!editing || own.length > 0) return null;
      const { body: sent, note } = editing;
      setFailed(null);
      try {
        const answer = await saving.mutateAsync({ body: { body: leanBody(sent), note }, etag });
        setLost(false);
        setChecked({ errors: answer.errors, warnings: answer.warnings, words: answer.draft.words });
        setEditing((now) =>
          now === null ? now : { ...now, base: sent, baseNote: note, etag: answer.etag, saved: answer.draft },
        );
        await renew();
        return answer;
      } catch (reason) {
        if (isChanged(reason)) {
          setLost(true);
          await renew();
        } else setFailed(reason);
        return null;
      }
    },
    [editing, own, renew, saving],
  );

  const fresh = useCallback(async (): Promise<PolicyView> => {
    const query = policyQuery(tenant_id, i18n.language);
    return client.fetchQuery({ ...query, staleTime: 0 });
  }, [client, tenant_id, i18n.language]);

  return {
    editing,
    dirty,
    checked: editing ? said : null,
    lost,
    failed,
    isSaving: saving.isPending,
    begin: () => {
      if (view) setEditing(editingOf(view));
    },
    change: (next) => setEditing((now) => (now === null ? now : { ...now, body: next })),
    setNote: (note) => setEditing((now) => (now === null ? now : { ...now, note })),
    save: () => store(editing?.etag ?? ""),
    takeTheirs: async () => {
      const theirs = await fresh();
      setEditing(theirs.draft ? editingOf(theirs) : null);
      setLost(false);
    },
    overwrite: async () => {
      await store((await fresh()).etag);
    },
    leave: () => {
      setEditing(null);
      setChecked(null);
      setLost(false);
      setFailed(null);
    },
  };
}
