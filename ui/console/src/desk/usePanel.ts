import { useCallback, useState } from "react";

const STORED = "rexian.panel";

export interface Panel {
  isOpen: boolean;
  toggle: () => void;
}

/** Whether the customer's panel is open: as left last time, else open where there is room. */
export function usePanel(): Panel {
  const [isOpen, setOpen] = useState(() => {
    try {
      const kept = localStorage.getItem(STORED);
      if (kept) return kept === "open";
    } catch {
      // As the width says.
    }
    return window.innerWidth >= 1200;
  });
  const toggle = useCallback(
    () =>
      setOpen((was) => {
        try {
          localStorage.setItem(STORED, was ? "closed" : "open");
        } catch {
          // For now only.
        }
        return !was;
      }),
    [],
  );
  return { isOpen, toggle };
}
