import { cx } from "./cx.ts";

const isMac = typeof navigator !== "undefined" && /mac|iphone|ipad/i.test(navigator.platform);
const macNames: Record<string, string> = { Ctrl: "⌘", Alt: "⌥", Shift: "⇧" };

/** A shortcut such as `Alt+A`, drawn as keys; on a Mac by its own signs. */
export function Kbd({ keys, onDark = false }: { keys: string; onDark?: boolean }) {
  return (
    // Not on phones: they have no such keys, and no room.
    <kbd className="inline-flex gap-0.5 font-sans max-md:hidden">
      {keys.split("+").map((key) => (
        <span
          key={key}
          className={cx(
            "inline-flex h-[18px] min-w-[18px] items-center justify-center rounded-xs px-1 text-xs leading-none",
            onDark ? "border border-current/40" : "border border-line-2 bg-sunken text-ink-2",
          )}
        >
          {(isMac && macNames[key]) || key}
        </span>
      ))}
    </kbd>
  );
}
