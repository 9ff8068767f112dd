import type { ReactElement } from "react";
import { Tooltip, TooltipTrigger } from "react-aria-components";
import { Kbd } from "./Kbd.tsx";

/** Puts a tooltip on a focusable React Aria component. */
export function WithTooltip({
  text,
  shortcut,
  children,
}: {
  text: string;
  shortcut?: string | undefined;
  children: ReactElement;
}) {
  return (
    <TooltipTrigger delay={500} closeDelay={0}>
      {children}
      <Tooltip
        offset={6}
        className="flex max-w-72 items-center gap-2 rounded-sm bg-ink px-2 py-1 text-sm text-canvas shadow-3 data-entering:enter"
      >
        {text}
        {shortcut ? <Kbd keys={shortcut} onDark /> : null}
      </Tooltip>
    </TooltipTrigger>
  );
}
