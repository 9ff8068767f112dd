import { hash } from "../page/names";

/** A line icon: `d` from kit/icons/paths. Always decoration; words stand beside it or in the button's label. */
export const icon = (d: string, size = 20) => (
  <svg class="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true">
    <path d={d} />
  </svg>
);

/** The kit's headset in fewer strokes. */
export const headset =
  "M4.5 15v-3a7.5 7.5 0 0 1 15 0v3M4.5 13.5h3V19h-3zM19.5 13.5h-3V19h3zc0 1.7-2 2.5-5 2.5";

/** The first character of a name on a colour that stays with the name; the site itself has its own colour. */
export const avatar = (name: string, more = "", site?: boolean) => (
  <span
    class={`avatar ${more}`}
    // Dark enough for white at every hue.
    style={site ? "" : `background:hsl(${hash(name) % 360} 50% 31%)`}
    aria-hidden="true"
  >
    {[...name][0]?.toUpperCase()}
  </span>
);

/** A button with an icon instead of words. `expanded`: it opens a menu, which is open or not. */
export const iconButton = (d: string, label: string, onClick: () => void, more = "", expanded?: boolean) => (
  <button
    type="button"
    class={`icon-button ${more}`}
    aria-label={label}
    title={label}
    aria-haspopup={expanded === undefined ? undefined : "menu"}
    aria-expanded={expanded}
    onClick={onClick}
  >
    {icon(d)}
  </button>
);

/** A ref: the first button has the focus as soon as it is there. */
export const focusFirst = (element: HTMLElement | null): void =>
  queueMicrotask(() => element!.querySelector("button")!.focus());
