import { hash } from "../page/names";

/** A line icon: `d` from kit/icons/paths. Always decoration; words stand beside it or in the button's label. */
export function Icon({ d, size = 20 }: { d: string; size?: number }) {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true">
      <path d={d} />
    </svg>
  );
}

interface AvatarProps {
  name: string;
  large?: boolean;
  /** The site itself, in its own colour. */
  site?: boolean;
}

/** The first character of a name on a colour that stays with the name. */
export function Avatar({ name, large, site }: AvatarProps) {
  const [first = ""] = name;
  return (
    <span
      class={`avatar${large ? " large" : ""}`}
      // Dark enough for white at every hue.
      style={{ background: site ? "" : `hsl(${hash(name) % 360} 50% 31%)` }}
      aria-hidden="true"
    >
      {first.toUpperCase()}
    </span>
  );
}

interface ButtonProps {
  d: string;
  label: string;
  onClick: () => void;
  disabled?: boolean;
  class?: string;
  expanded?: boolean;
}

export function IconButton({ d, label, onClick, disabled, class: extra = "", expanded }: ButtonProps) {
  return (
    <button
      type="button"
      class={`icon-button ${extra}`}
      aria-label={label}
      title={label}
      aria-haspopup={expanded === undefined ? undefined : "menu"}
      aria-expanded={expanded}
      disabled={disabled}
      onClick={onClick}
    >
      <Icon d={d} />
    </button>
  );
}

/** Keeps Tab inside an element. */
export function trap(event: KeyboardEvent, inside: HTMLElement): void {
  if (event.key !== "Tab") return;
  const stops = [
    ...inside.querySelectorAll<HTMLElement>("a[href],button,textarea,input,[tabindex='0']"),
  ].filter((one) => !one.hasAttribute("disabled") && one.offsetParent !== null);
  const first = stops[0];
  const last = stops.at(-1);
  const now = (inside.getRootNode() as ShadowRoot).activeElement;
  const leaving = event.shiftKey ? now === first || now === inside : now === last;
  if (!leaving) return;
  event.preventDefault();
  (event.shiftKey ? last : first)?.focus();
}
