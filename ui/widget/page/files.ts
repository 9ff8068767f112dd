import { newId } from "../core/ids";
import type { FileInfo } from "../core/wire";
import { chat } from "./now";
import { fault, upload, type UploadFault } from "./upload";

const MOST = 9;

/** A file beside the draft. */
export interface Chosen {
  id: string;
  file: File;
  preview: string | null;
}

/** A file on its way up. */
export interface Upload extends Chosen {
  /** 0..1 */
  part: number;
  fault: UploadFault | null;
  stop: AbortController;
}

interface FilesPorts {
  done(messageId: string, info: FileInfo): void;
  changed(): void;
}

/** Files from choosing to uploaded: beside the draft first, so that nothing pasted goes out by accident. */
export class Files {
  chosen: Chosen[] = [];
  uploads: Upload[] = [];
  /** What could not be added, and why. */
  faults: { name: string; fault: UploadFault | "many" }[] = [];
  private running = false;
  private readonly previews = new Map<string, string>();

  constructor(
    private readonly origin: string,
    private readonly visitor: () => string,
    private readonly ports: FilesPorts,
  ) {}

  choose(files: Iterable<File>): void {
    this.faults = [];
    for (const file of files) {
      const why = this.chosen.length >= MOST ? "many" : fault(file);
      if (why) this.faults.push({ name: file.name, fault: why });
      else this.chosen.push({ id: newId(), file, preview: picture(file) });
    }
    this.ports.changed();
  }

  remove(id: string): void {
    this.chosen = this.chosen.filter((one) => one.id !== id);
    this.faults = [];
    this.ports.changed();
  }

  sendChosen(): void {
    this.faults = [];
    for (const one of this.chosen.splice(0)) {
      const up: Upload = { ...one, part: 0, fault: null, stop: new AbortController() };
      this.uploads.push(up);
    }
    this.advance();
  }

  retry(up: Upload): void {
    up.fault = null;
    up.part = 0;
    up.stop = new AbortController();
    this.advance();
    this.ports.changed();
  }

  cancel(up: Upload): void {
    this.uploads = this.uploads.filter((one) => one !== up);
    up.stop.abort();
    this.ports.changed();
  }

  /** The connection is back: what it had cut goes again. */
  retryLost(): void {
    for (const up of this.uploads) if (up.fault === "network") this.retry(up);
  }

  /** The picture of an uploaded file while the server has not given its address. */
  preview(fileId: string): string | null {
    return this.previews.get(fileId) ?? null;
  }

  /** One after the other, in the order in which they were chosen. */
  private advance(): void {
    const next = this.uploads.find((up) => !up.fault);
    if (!next || this.running) return;
    this.running = true;
    void this.run(next).finally(() => {
      this.running = false;
      this.advance();
    });
  }

  private async run(up: Upload): Promise<void> {
    const progress = (part: number) => {
      up.part = part;
      this.ports.changed();
    };
    const info = await upload(this.origin, this.visitor(), up.file, progress, up.stop.signal);
    if (typeof info === "string") {
      up.fault = info;
      this.ports.changed();
    } else if (this.uploads.includes(up)) {
      this.uploads = this.uploads.filter((one) => one !== up);
      if (up.preview) this.previews.set(info.id, up.preview);
      this.ports.done(up.id, info);
    }
  }
}

/** The files of a chat, made when they are first asked for. */
export function filesOf(): Files {
  return (chat.files ??= new Files(chat.options.origin, () => chat.visitor, {
    done: (id, info) => chat.session.postFile(id, info),
    changed: () => chat.changed(),
  }));
}

function picture(file: File): string | null {
  return /^image\/(png|jpeg|gif|webp)$/.test(file.type) ? URL.createObjectURL(file) : null;
}
