/** Keyboard shortcuts: by the key's place (`code`), so that Alt does not turn A into å, and never while an IME composes. */
import { useEffect, useRef } from "react";

export interface Shortcut {
  /** Such as `Alt+KeyA`, `Ctrl+KeyK` (⌘ on a Mac) or `Shift+?` by character. */
  keys: string;
  /** Works while a text field has the focus (default: only with Alt or Ctrl). */
  inFields?: boolean;
}

export function isComposing(event: KeyboardEvent | React.KeyboardEvent): boolean {
  const native = "nativeEvent" in event ? event.nativeEvent : event;
  return native.isComposing || native.keyCode === 229;
}

/** Open dialogs and menus. A toast is an alert dialog too, but takes nothing: it says that it is not modal. */
const DIALOG = "[role=dialog],[role=alertdialog]:not([aria-modal=false])";

function inField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

export function matches(event: KeyboardEvent, keys: string): boolean {
  const parts = keys.split("+");
  const key = parts.pop() ?? "";
  const ctrl = parts.includes("Ctrl");
  const alt = parts.includes("Alt");
  const shift = parts.includes("Shift");
  if ((event.ctrlKey || event.metaKey) !== ctrl || event.altKey !== alt) return false;
  if (key.length === 1) return event.key === key; // a character: Shift is part of making it
  return event.shiftKey === shift && event.code === key;
}

/** Runs `act` on the shortcut while mounted; `act` undefined: off. */
export function useShortcut({ keys, inFields }: Shortcut, act: (() => void) | undefined): void {
  const held = useRef(act);
  useEffect(() => {
    held.current = act;
  });
  const on = act !== undefined;
  useEffect(() => {
    if (!on) return;
    const modified = /Ctrl|Alt/.test(keys);
    const listen = (event: KeyboardEvent) => {
      if (event.repeat || isComposing(event) || !matches(event, keys)) return;
      if (!modified && !inFields && inField(event.target)) return;
      // A dialog has the keyboard to itself; only the command bar's key reaches past it.
      if (document.querySelector(DIALOG) && keys !== "Ctrl+KeyK") return;
      event.preventDefault();
      held.current?.();
    };
    addEventListener("keydown", listen, true);
    return () => removeEventListener("keydown", listen, true);
  }, [keys, inFields, on]);
}
