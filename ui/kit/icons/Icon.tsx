import * as paths from "./paths";
import { stateShapes, type StateShape } from "./states";

export type IconName = keyof typeof paths;

interface IconProps {
  name: IconName;
  /** Edge length in px. */
  size?: number;
  className?: string;
  /** Said by a screen reader. Without it the icon is decoration and hidden from it. */
  label?: string;
}

/** A line icon in React. Takes the text's colour. */
export function Icon({ name, size = 18, className, label }: IconProps) {
  return (
    <svg
      className={className}
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.75}
      strokeLinecap="round"
      strokeLinejoin="round"
      focusable="false"
      role={label ? "img" : undefined}
      aria-label={label}
      aria-hidden={label ? undefined : true}
    >
      <path d={paths[name]} />
    </svg>
  );
}

interface StateIconProps {
  state: StateShape;
  size?: number;
  className?: string;
  label?: string;
}

/** The filled shape of a state in React. Colour it with `var(--rx-state-…)`. */
export function StateIcon({ state, size = 12, className, label }: StateIconProps) {
  return (
    <svg
      className={className}
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="currentColor"
      fillRule="evenodd"
      focusable="false"
      role={label ? "img" : undefined}
      aria-label={label}
      aria-hidden={label ? undefined : true}
    >
      <path d={stateShapes[state]} />
    </svg>
  );
}
