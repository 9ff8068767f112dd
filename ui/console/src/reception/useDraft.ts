/** The flow as it is being edited: what was typed, what the server has, and what the checks say about it. */
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { isChanged } from "../versions/data.ts";
import { checkFlow, receptionQuery, useRenew, useSaveDraft } from "./data.ts";
import { sameFlow } from "./model.ts";
import type { Found } from "../versions/wire.ts";
import type { Flow, ReceptionView, SavedDraft, Version } from "./wire.ts";

interface Editing {
  flow: Flow;
  note: string;
  base: Flow;
  baseNote: string;
  etag: string;
  saved: Version | null;
}

export interface Draft extends Editing {
  dirty: boolean;
  found: Found;
  /** Somebody else saved in the meantime. */
  lost: boolean;
  failed: unknown;
  isSaving: boolean;
  change: (flow: Flow) => void;
  setNote: (note: string) => void;
  save: () => Promise<SavedDraft | null>;
  /** Shows what the server has, or writes over it with what stands here. */
  takeTheirs: () => Promise<void>;
  overwrite: () => Promise<void>;
}

const CHECK_AFTER_MS = 400;
const NOTHING: Found = { errors: [], warnings: [] };

function editingOf(view: ReceptionView): Editing {
  const base = (view.draft ?? view.present)?.flow ?? view.usual;
  const note = view.draft?.note ?? "";
  return { flow: base, note, base, baseNote: note, etag: view.etag, saved: view.draft };
}

export function useDraft(view: ReceptionView): Draft {
  const { i18n } = useTranslation("reception");
  const { tenant_id } = view;
  const client = useQueryClient();
  const renew = useRenew();
  const [editing, setEditing] = useState<Editing>(() => editingOf(view));
  const [found, setFound] = useState<Found>(NOTHING);
  const [lost, setLost] = useState(false);
  const [failed, setFailed] = useState<unknown>(null);
  const saving = useSaveDraft(tenant_id);
  const { flow } = editing;
  const dirty = !sameFlow(flow, editing.base) || editing.note !== editing.baseNote;
  // As long as nothing has been typed, the page follows the server; what it has just saved itself is no news.
  const [seen, setSeen] = useState(view.etag);
  if (view.etag !== seen) {
    setSeen(view.etag);
    if (!dirty && view.etag !== editing.etag) {
      setLost(false);
      setEditing(editingOf(view));
    }
  }

  useEffect(() => {
    const stop = new AbortController();
    const timer = setTimeout(() => {
      checkFlow(tenant_id, flow, stop.signal)
        .then(setFound)
        // The next change asks again; saving says what is wrong in any case.
        .catch(() => undefined);
    }, CHECK_AFTER_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
    // A file that came or went changes what is to be said as well.
  }, [tenant_id, flow, view.files, i18n.language]);

  const store = useCallback(
    async (etag: string): Promise<SavedDraft | null> => {
      const { flow: sent, note } = editing;
      setFailed(null);
      try {
        const answer = await saving.mutateAsync({ body: { flow: sent, note }, etag });
        setLost(false);
        setFound(answer);
        setEditing((now) => ({ ...now, base: sent, baseNote: note, etag: answer.etag, saved: answer.draft }));
        await renew();
        return answer;
      } catch (reason) {
        if (isChanged(reason)) setLost(true);
        else setFailed(reason);
        return null;
      }
    },
    [editing, renew, saving],
  );

  const fresh = () => client.fetchQuery({ ...receptionQuery(tenant_id), staleTime: 0 });
  return {
    ...editing,
    dirty,
    found,
    lost,
    failed,
    isSaving: saving.isPending,
    change: (next) => setEditing((now) => ({ ...now, flow: next })),
    setNote: (note) => setEditing((now) => ({ ...now, note })),
    save: () => store(editing.etag),
    takeTheirs: async () => {
      setEditing(editingOf(await fresh()));
      setLost(false);
      setFailed(null);
    },
    overwrite: async () => {
      await store((await fresh()).etag);
    },
  };
}
