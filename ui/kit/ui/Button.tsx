import type { ReactNode, Ref } from "react";
import {
  Button as AriaButton,
  type ButtonProps as AriaButtonProps,
  Link as AriaLink,
  type LinkProps,
} from "react-aria-components";
import { Icon, type IconName } from "../icons/Icon";
import { cx } from "./cx.ts";
import { Spinner } from "./Spinner.tsx";
import { WithTooltip } from "./Tooltip.tsx";

export type ButtonVariant = "primary" | "secondary" | "ghost" | "danger" | "success";
export type ButtonSize = "sm" | "md" | "lg";

const base =
  "inline-flex items-center justify-center gap-1.5 rounded-sm font-medium whitespace-nowrap select-none cursor-default " +
  "transition-colors duration-100 data-disabled:opacity-50 data-disabled:cursor-not-allowed data-pending:opacity-80";

const sizes: Record<ButtonSize, string> = {
  sm: "h-7 px-2.5 text-sm",
  md: "h-8 px-3 text-md",
  lg: "h-10 px-4 text-base",
};

const variants: Record<ButtonVariant, string> = {
  primary: "bg-accent text-on-accent data-hovered:bg-accent-hover data-pressed:bg-accent-active",
  secondary:
    "bg-surface text-ink border border-line-2 shadow-1 data-hovered:bg-sunken data-pressed:bg-pressed data-selected:bg-pressed",
  ghost: "text-ink-2 data-hovered:bg-sunken data-hovered:text-ink data-pressed:bg-pressed",
  danger: "bg-bad text-on-bad data-hovered:opacity-90 data-pressed:opacity-80",
  success: "bg-ok text-on-ok data-hovered:opacity-90 data-pressed:opacity-80",
};

export function buttonClass(variant: ButtonVariant, size: ButtonSize, className?: string): string {
  return cx(base, sizes[size], variants[variant], className);
}

export interface ButtonProps extends Omit<AriaButtonProps, "className" | "children" | "style"> {
  variant?: ButtonVariant;
  size?: ButtonSize;
  icon?: IconName;
  className?: string;
  children?: ReactNode;
  ref?: Ref<HTMLButtonElement>;
}

/** A button with words. `isPending` keeps its width and says that it works. */
export function Button({
  variant = "secondary",
  size = "md",
  icon,
  className,
  children,
  ...rest
}: ButtonProps) {
  return (
    <AriaButton {...rest} className={buttonClass(variant, size, className)}>
      {rest.isPending ? (
        <Spinner size={14} />
      ) : icon ? (
        <Icon name={icon} size={size === "sm" ? 14 : 16} />
      ) : null}
      {children}
    </AriaButton>
  );
}

export interface IconButtonProps extends Omit<ButtonProps, "children" | "icon"> {
  icon: IconName;
  /** The accessible name, shown as a tooltip too. */
  label: string;
  /** A keyboard shortcut named in the tooltip. */
  shortcut?: string;
}

/** A button with a sign only; its name is in the tooltip and for screen readers. */
export function IconButton({
  icon,
  label,
  shortcut,
  variant = "ghost",
  size = "md",
  className,
  ...rest
}: IconButtonProps) {
  const square = { sm: "w-7 px-0!", md: "w-8 px-0!", lg: "w-10 px-0!" }[size];
  return (
    <WithTooltip text={label} shortcut={shortcut}>
      <AriaButton {...rest} aria-label={label} className={buttonClass(variant, size, cx(square, className))}>
        {rest.isPending ? <Spinner size={14} /> : <Icon name={icon} size={size === "sm" ? 16 : 18} />}
      </AriaButton>
    </WithTooltip>
  );
}

/** A link that looks like a button: goes somewhere. */
export function LinkButton({
  variant = "secondary",
  size = "md",
  icon,
  className,
  children,
  ...rest
}: Omit<LinkProps, "className" | "children" | "style"> & {
  variant?: ButtonVariant;
  size?: ButtonSize;
  icon?: IconName;
  className?: string;
  children: ReactNode;
}) {
  return (
    <AriaLink {...rest} className={buttonClass(variant, size, className)}>
      {icon ? <Icon name={icon} size={size === "sm" ? 14 : 16} /> : null}
      {children}
    </AriaLink>
  );
}
