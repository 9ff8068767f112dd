/** Words begun for one handling and left for another: kept in this page until they are done. */

/** More than an agent ever has open: the oldest are done. */
const MOST = 50;

export class Kept<T> {
  private readonly all = new Map<string, T>();

  constructor(private readonly empty: T) {}

  get(id: string): T {
    return this.all.get(id) ?? this.empty;
  }

  forget(id: string): void {
    this.all.delete(id);
  }

  set(id: string, value: T): void {
    this.all.delete(id);
    this.all.set(id, value);
    const oldest = this.all.keys().next().value;
    if (this.all.size > MOST && oldest !== undefined) this.all.delete(oldest);
  }
}

export interface WrapUpDraft {
  disposition: string | null;
  text: string;
}

export const wrapUps = new Kept<WrapUpDraft>({ disposition: null, text: "" });
export const notes = new Kept("");
