/**
 * What the agent has typed and not sent, kept by the server so that another browser, or a crash, finds it again.
 *
 * Saved a moment after the last key, one request at a time, each naming the revision that it builds on. A newer
 * revision from elsewhere is never overwritten unasked.
 */
import { useEffect, useRef, useState } from "react";
import { api, Problem } from "../app/api.ts";
import { Store } from "@kit/feed/store.ts";

export interface StoredDraft {
  text: string;
  rev: number;
}

export interface DraftApi {
  load(contactId: string): Promise<StoredDraft>;
  /** Rejects with a `Problem` of status 409 when `rev` is not the newest. */
  save(contactId: string, draft: StoredDraft): Promise<{ rev: number }>;
}

export interface DraftView {
  text: string;
  /** Loaded once: what stands there may be typed over. */
  ready: boolean;
  /** A newer text from another window; the agent chooses. */
  conflict: StoredDraft | null;
}

const SAVE_MS = 700;

const http: DraftApi = {
  load: (contactId) => api.get<StoredDraft>(`/api/contacts/${contactId}/draft`),
  save: (contactId, draft) => api.put<{ rev: number }>(`/api/contacts/${contactId}/draft`, draft),
};

export class Draft {
  readonly view = new Store<DraftView>({ text: "", ready: false, conflict: null });
  private rev = 0;
  private saved = "";
  private busy = false;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private touched = false;

  constructor(
    private readonly contactId: string,
    private readonly server: DraftApi = http,
  ) {}

  async load(): Promise<void> {
    try {
      const draft = await this.server.load(this.contactId);
      this.rev = draft.rev;
      this.saved = draft.text;
      // Words typed while it was loading stay.
      if (!this.touched) this.view.set({ ...this.view.get(), text: draft.text });
    } catch {
      // Without the server's copy one can still write; saving tries again.
    }
    this.view.set({ ...this.view.get(), ready: true });
  }

  write(text: string): void {
    this.touched = true;
    this.view.set({ ...this.view.get(), text });
    this.plan();
  }

  /** Sent or thrown away: the server's copy goes at once. */
  clear(): void {
    this.write("");
    this.flush();
  }

  /** Saves now instead of in a moment: the page goes, or another contact is chosen. */
  flush(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    void this.save();
  }

  takeTheirs(): void {
    const { conflict } = this.view.get();
    if (!conflict) return;
    this.rev = conflict.rev;
    this.saved = conflict.text;
    this.view.set({ text: conflict.text, ready: true, conflict: null });
  }

  keepMine(): void {
    const { conflict } = this.view.get();
    if (!conflict) return;
    this.rev = conflict.rev;
    this.saved = conflict.text;
    this.view.set({ ...this.view.get(), conflict: null });
    this.flush();
  }

  private plan(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), SAVE_MS);
  }

  private async save(): Promise<void> {
    const { text, conflict } = this.view.get();
    if (this.busy || conflict || text === this.saved) return;
    this.busy = true;
    try {
      const { rev } = await this.server.save(this.contactId, { text, rev: this.rev });
      this.rev = rev;
      this.saved = text;
    } catch (error) {
      if (error instanceof Problem && error.status === 409) await this.meet();
    } finally {
      this.busy = false;
    }
    if (this.view.get().text !== this.saved && !this.view.get().conflict) this.plan();
  }

  /** Somebody (this person in another window) saved a newer one. */
  private async meet(): Promise<void> {
    const theirs = await this.server.load(this.contactId).catch(() => null);
    if (!theirs) return;
    const { text } = this.view.get();
    if (theirs.text === text || text === "" || theirs.text === "") {
      this.rev = theirs.rev;
      this.saved = theirs.text;
      return;
    }
    this.view.set({ ...this.view.get(), conflict: theirs });
  }
}

/** The draft of a contact while the component is mounted. */
export function useDraft(contactId: string): Draft {
  const [draft] = useState(() => new Draft(contactId));
  const started = useRef(false);
  useEffect(() => {
    if (!started.current) void draft.load();
    started.current = true;
    const hide = () => {
      if (document.visibilityState === "hidden") draft.flush();
    };
    document.addEventListener("visibilitychange", hide);
    return () => {
      document.removeEventListener("visibilitychange", hide);
      draft.flush();
    };
  }, [draft]);
  return draft;
}
