/** The keypad of a call. By pointer, by Tab and arrows, or by typing the digits. */
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@kit/ui";
import { isComposing } from "../app/shortcuts.ts";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];
const LETTERS: Record<string, string> = {
  "2": "ABC",
  "3": "DEF",
  "4": "GHI",
  "5": "JKL",
  "6": "MNO",
  "7": "PQRS",
  "8": "TUV",
  "9": "WXYZ",
};
const STEPS: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -3, ArrowDown: 3 };

interface Props {
  /** Returns the id of what was pressed. */
  onKey: (digit: string) => string;
  onClose: () => void;
  /** Id of the key that was refused last: nobody heard it, so it isn't shown as pressed. */
  refused: string | null;
}

export function Keypad({ onKey, onClose, refused }: Props) {
  const { t } = useTranslation("phone");
  const [pressed, setPressed] = useState<readonly { id: string; digit: string }[]>([]);
  const pad = useRef<HTMLDivElement>(null);
  useEffect(() => pad.current?.querySelector<HTMLElement>("[data-digit='1']")?.focus(), []);
  // Adjusted while rendering, as React has it for state that follows a property.
  if (refused !== null && pressed.some(({ id }) => id === refused)) {
    setPressed(pressed.filter(({ id }) => id !== refused));
  }
  const press = (digit: string) => {
    const id = onKey(digit);
    setPressed((before) => [...before, { id, digit }].slice(-24));
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (isComposing(event) || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Escape") onClose();
    else if (event.key in STEPS) step(event.currentTarget, STEPS[event.key] ?? 0);
    else if (KEYS.includes(event.key)) {
      if (!event.repeat) press(event.key);
    } else if (event.key !== "Enter" || !event.repeat) return; // held down it would press its button on and on
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    // The group listens for digits typed while the focus is on one of its keys.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div
      ref={pad}
      role="group"
      aria-label={t("keypad.title")}
      onKeyDown={onKeyDown}
      className="absolute top-full left-0 z-[var(--rx-z-banner)] mt-1 w-56 rounded-lg border border-line bg-raised p-3 shadow-3"
    >
      <div className="mb-2 flex h-8 items-center gap-2">
        <output
          aria-label={t("keypad.sent")}
          className="min-w-0 flex-1 truncate text-right text-lg text-ink tabular"
        >
          {pressed.map(({ digit }) => digit).join("")}
        </output>
        <IconButton icon="close" size="sm" label={t("keypad.close")} onPress={onClose} />
      </div>
      <div className="grid grid-cols-3 gap-1.5">
        {KEYS.map((digit) => (
          <button
            key={digit}
            type="button"
            data-digit={digit}
            onClick={() => press(digit)}
            className="flex h-11 flex-col items-center justify-center rounded-sm border border-line-2 bg-surface text-lg leading-none font-medium text-ink tabular hover:bg-sunken active:bg-pressed"
          >
            {digit}
            <span aria-hidden className="mt-0.5 h-3 text-xs leading-none font-normal text-ink-3">
              {LETTERS[digit] ?? ""}
            </span>
          </button>
        ))}
      </div>
    </div>
  );
}

function step(group: HTMLElement, by: number): void {
  const keys = [...group.querySelectorAll<HTMLElement>("[data-digit]")];
  const at = keys.indexOf(document.activeElement as HTMLElement);
  keys[at + by]?.focus();
}
