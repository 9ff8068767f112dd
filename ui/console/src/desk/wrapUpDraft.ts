/** A wrap-up begun and left for another handling: kept in this tab until it is done. */
export interface WrapUpDraft {
  disposition: string | null;
  text: string;
}

const drafts = new Map<string, WrapUpDraft>();

export function keptWrapUp(interactionId: string): WrapUpDraft {
  return drafts.get(interactionId) ?? { disposition: null, text: "" };
}

export function keepWrapUp(interactionId: string, draft: WrapUpDraft): void {
  drafts.set(interactionId, draft);
  // More than an agent ever has open: the oldest are done.
  if (drafts.size > 50) drafts.delete(drafts.keys().next().value ?? "");
}
