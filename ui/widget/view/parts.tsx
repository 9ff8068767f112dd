import { hash } from "../page/names";

/** A line icon: `d` from kit/icons/paths. Always decoration; words stand beside it or in the button's label. */
export const icon = (d: string, size = 20) => (
  <svg class="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true">
    <path d={d} />
  </svg>
);

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
