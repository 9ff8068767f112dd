/** What the keyboard does on the page besides pressing what has the focus. */

/** The digit that is pressed on the caller's own keyboard; one that is held down is pressed once. */
export function digitOf(event: KeyboardEvent): string | null {
  const { target, key } = event;
  const typing = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
  const other = event.ctrlKey || event.metaKey || event.altKey || event.repeat;
  return !typing && !other && /^[0-9*#]$/.test(key) ? key : null;
}

/** A button under a held Enter key is pressed once too. */
export function once(event: KeyboardEvent): void {
  if (event.repeat && event.key === "Enter" && event.target instanceof HTMLButtonElement)
    event.preventDefault();
}

/**
 * Leads the focus to `where` when what had it goes away, so that the keyboard goes on from there; takes it from nothing
 * else. Returns how to stop.
 */
export function keepFocus(root: HTMLElement, where: () => HTMLElement | null): () => void {
  let last: Element | null = null;
  const took = ({ target }: FocusEvent) => (last = target as Element);
  // What is merely left is forgotten; what goes away is left too, but it is no longer there then.
  const left = () =>
    queueMicrotask(() => {
      if (last?.isConnected && document.activeElement !== last) last = null;
    });
  const observer = new MutationObserver(() => {
    if (!last || last.isConnected) return;
    last = null;
    if (!document.activeElement || document.activeElement === document.body)
      where()?.focus({ preventScroll: true });
  });
  root.addEventListener("focusin", took);
  root.addEventListener("focusout", left);
  observer.observe(root, { childList: true, subtree: true });
  return () => {
    observer.disconnect();
    root.removeEventListener("focusin", took);
    root.removeEventListener("focusout", left);
  };
}
