/**
 * Messages on their way. Each keeps its id over all tries, so that however often it goes out it is posted once.
 * What is not yet posted survives a reload (session storage); files only once they are uploaded.
 */
import { CommandRefused, type FeedClient } from "@kit/feed";
import { Store } from "@kit/feed/store.ts";
import { Problem, upload } from "../app/api.ts";
import type { OutMessage } from "./model.ts";

interface Uploaded {
  id: string;
  name: string;
  type: string;
  size: number;
}

type Post = (args: {
  interaction_id: string;
  message_id: string;
  text?: string;
  file_id?: string;
}) => Promise<unknown>;
type Upload = (file: File, onProgress: (part: number) => void) => Promise<Uploaded>;

/** Acked, but its event may come a moment later: shown as on its way until then, at most this long. */
const SETTLE_MS = 5_000;

export class Outbox {
  readonly items: Store<readonly OutMessage[]>;
  private readonly files = new Map<string, File>();

  constructor(
    private readonly post: Post,
    private readonly now: () => number,
    private readonly storage: Pick<Storage, "getItem" | "setItem"> | null = null,
    private readonly key = "outbox",
    private readonly send: Upload = (file, onProgress) => upload<Uploaded>("/api/files", file, onProgress),
  ) {
    this.items = new Store<readonly OutMessage[]>(this.load());
    this.items.watch(() => this.save());
    for (const item of this.items.get()) if (item.state === "sending") void this.deliver(item);
  }

  text(interactionId: string, text: string): void {
    const item = this.add(interactionId, { text });
    void this.deliver(item);
  }

  file(interactionId: string, file: File): void {
    const preview = file.type.startsWith("image/") ? URL.createObjectURL(file) : null;
    const about = { name: file.name, type: file.type, size: file.size, id: null, preview };
    const item = this.add(interactionId, { file: about, state: "uploading" });
    this.files.set(item.id, file);
    void this.upload(item.id);
  }

  retry(id: string): void {
    const item = this.find(id);
    if (item?.state !== "failed") return;
    if (item.file && !item.file.id) {
      this.change(id, { state: "uploading", problem: null, progress: 0 });
      void this.upload(id);
      return;
    }
    this.change(id, { state: "sending", problem: null });
    const again = this.find(id);
    if (again) void this.deliver(again);
  }

  discard(id: string): void {
    const item = this.find(id);
    if (item?.file?.preview) URL.revokeObjectURL(item.file.preview);
    this.files.delete(id);
    this.items.set(this.items.get().filter((other) => other.id !== id));
  }

  /** Forgets what the floor now shows. */
  settle(shown: (id: string) => boolean): void {
    for (const item of this.items.get()) if (item.state !== "failed" && shown(item.id)) this.discard(item.id);
  }

  // -- inside --------------------------------------------------------------------------------------------------------
  private add(interactionId: string, about: Partial<OutMessage>): OutMessage {
    const item: OutMessage = {
      id: crypto.randomUUID(),
      interaction_id: interactionId,
      at: this.now(),
      text: null,
      file: null,
      state: "sending",
      progress: 0,
      problem: null,
      ...about,
    };
    this.items.set([...this.items.get(), item]);
    return item;
  }

  private find(id: string): OutMessage | undefined {
    return this.items.get().find((item) => item.id === id);
  }

  private change(id: string, about: Partial<OutMessage>): void {
    this.items.set(this.items.get().map((item) => (item.id === id ? { ...item, ...about } : item)));
  }

  private async upload(id: string): Promise<void> {
    const file = this.files.get(id);
    if (!file) return;
    try {
      const made = await this.send(file, (progress) => this.change(id, { progress }));
      const item = this.find(id);
      if (!item?.file) return; // discarded meanwhile
      this.change(id, {
        state: "sending",
        file: { ...item.file, id: made.id, name: made.name, size: made.size },
      });
      const sending = this.find(id);
      if (sending) await this.deliver(sending);
    } catch (error) {
      this.change(id, { state: "failed", problem: error instanceof Problem ? error.title : "" });
    }
  }

  private async deliver(item: OutMessage): Promise<void> {
    const content = item.file?.id ? { file_id: item.file.id } : { text: item.text ?? "" };
    try {
      await this.post({ interaction_id: item.interaction_id, message_id: item.id, ...content });
      setTimeout(() => this.discard(item.id), SETTLE_MS);
    } catch (error) {
      this.change(item.id, { state: "failed", problem: error instanceof CommandRefused ? error.title : "" });
    }
  }

  private load(): OutMessage[] {
    try {
      const kept = JSON.parse(this.storage?.getItem(this.key) ?? "[]") as OutMessage[];
      return kept.map((item) => (item.file ? { ...item, file: { ...item.file, preview: null } } : item));
    } catch {
      return [];
    }
  }

  private save(): void {
    const lasting = this.items.get().filter((item) => !item.file || item.file.id);
    try {
      this.storage?.setItem(this.key, JSON.stringify(lasting));
    } catch {
      // Full or forbidden: then a reload loses what was still on its way, and the page warns before one.
    }
  }
}

const outboxes = new WeakMap<FeedClient, Outbox>();

/** The outbox of the signed-in person: one per page, whichever page of the console is shown. */
export function outboxOf(client: FeedClient, personId: string): Outbox {
  let outbox = outboxes.get(client);
  if (!outbox) {
    let storage: Storage | null = null;
    try {
      storage = sessionStorage;
    } catch {
      // Forbidden by the browser's settings.
    }
    outbox = new Outbox(
      (args) => client.command("PostMessage", args),
      () => client.now(),
      storage,
      `rexian.outbox.${personId}`,
    );
    outboxes.set(client, outbox);
  }
  return outbox;
}
