/** Form fields: label, control, help, error, all tied together for assistive technology by React Aria. */
import type { ComponentProps, ReactNode } from "react";
import {
  Checkbox as AriaCheckbox,
  type CheckboxProps as AriaCheckboxProps,
  FieldError,
  Input,
  Label,
  NumberField as AriaNumberField,
  type NumberFieldProps as AriaNumberFieldProps,
  SearchField as AriaSearchField,
  type SearchFieldProps as AriaSearchFieldProps,
  Switch as AriaSwitch,
  type SwitchProps as AriaSwitchProps,
  Text,
  TextArea,
  TextField as AriaTextField,
  type TextFieldProps as AriaTextFieldProps,
} from "react-aria-components";
import { Icon } from "../icons/Icon";
import { IconButton } from "./Button.tsx";
import { cx } from "./cx.ts";

export const controlClass =
  "w-full rounded-sm border border-edge bg-surface px-2.5 text-base text-ink placeholder:text-ink-3 " +
  "data-hovered:border-ink-3 data-focused:border-accent data-focused:outline-2 data-focused:outline-focus data-focused:outline-offset-0 " +
  "data-invalid:border-bad data-disabled:opacity-60 data-disabled:bg-sunken";

export function FieldLabel({ children }: { children: ReactNode }) {
  return <Label className="text-md font-medium text-ink-2">{children}</Label>;
}

function Help({ text }: { text: string | undefined }) {
  return text ? (
    <Text slot="description" className="text-sm text-ink-3">
      {text}
    </Text>
  ) : null;
}

export function FieldProblem({ text }: { text?: string | undefined }) {
  return (
    <FieldError className="flex items-center gap-1 text-sm text-bad-ink">
      {text ? () => text : undefined}
    </FieldError>
  );
}

interface Common {
  label: string;
  /** One line under the control. */
  help?: string | undefined;
  /** Why what stands there is refused. */
  error?: string | undefined;
  className?: string | undefined;
}

export interface TextFieldProps extends Common, Omit<AriaTextFieldProps, "className" | "children" | "style"> {
  placeholder?: string | undefined;
  /** Rows of a multi-line field; one line when absent. */
  rows?: number | undefined;
  inputProps?: ComponentProps<typeof Input>;
}

export function TextField({
  label,
  help,
  error,
  className,
  placeholder,
  rows,
  inputProps,
  ...rest
}: TextFieldProps) {
  return (
    <AriaTextField
      {...rest}
      isInvalid={rest.isInvalid || Boolean(error)}
      className={cx("flex flex-col gap-1", className)}
    >
      <FieldLabel>{label}</FieldLabel>
      {rows ? (
        <TextArea rows={rows} placeholder={placeholder} className={cx(controlClass, "resize-y py-1.5")} />
      ) : (
        <Input {...inputProps} placeholder={placeholder} className={cx(controlClass, "h-8")} />
      )}
      <Help text={help} />
      <FieldProblem text={error} />
    </AriaTextField>
  );
}

export interface NumberFieldProps
  extends Common, Omit<AriaNumberFieldProps, "className" | "children" | "style"> {}

export function NumberField({ label, help, error, className, ...rest }: NumberFieldProps) {
  return (
    <AriaNumberField
      {...rest}
      isInvalid={rest.isInvalid || Boolean(error)}
      className={cx("flex flex-col gap-1", className)}
    >
      <FieldLabel>{label}</FieldLabel>
      <Input className={cx(controlClass, "h-8 tabular")} />
      <Help text={help} />
      <FieldProblem text={error} />
    </AriaNumberField>
  );
}

export interface SearchFieldProps extends Omit<AriaSearchFieldProps, "className" | "children" | "style"> {
  /** The accessible name; also the placeholder unless one is given. */
  label: string;
  placeholder?: string;
  clearLabel: string;
  className?: string;
}

export function SearchField({ label, placeholder, clearLabel, className, ...rest }: SearchFieldProps) {
  return (
    <AriaSearchField
      {...rest}
      aria-label={label}
      className={cx("group relative flex items-center", className)}
    >
      <Icon name="search" size={16} className="pointer-events-none absolute left-2.5 text-ink-3" />
      <Input
        placeholder={placeholder ?? label}
        className={cx(controlClass, "h-8 px-8! [&::-webkit-search-cancel-button]:hidden")}
      />
      <IconButton
        icon="close"
        size="sm"
        label={clearLabel}
        className="absolute right-0.5 group-data-empty:hidden"
      />
    </AriaSearchField>
  );
}

export function Checkbox({
  children,
  className,
  ...rest
}: Omit<AriaCheckboxProps, "className" | "children" | "style"> & {
  children: ReactNode;
  className?: string;
}) {
  return (
    <AriaCheckbox
      {...rest}
      className={cx("group flex items-center gap-2 text-base text-ink data-disabled:opacity-60", className)}
    >
      <span className="flex size-4 shrink-0 items-center justify-center rounded-xs border border-edge bg-surface text-on-accent group-data-focus-visible:outline-2 group-data-focus-visible:outline-focus group-data-focus-visible:outline-offset-2 group-data-selected:border-accent group-data-selected:bg-accent group-data-indeterminate:bg-accent">
        <Icon name="check" size={14} className="hidden group-data-selected:block" />
        <Icon name="minus" size={14} className="hidden group-data-indeterminate:block" />
      </span>
      {children}
    </AriaCheckbox>
  );
}

export function Switch({
  children,
  className,
  ...rest
}: Omit<AriaSwitchProps, "className" | "children" | "style"> & { children: ReactNode; className?: string }) {
  return (
    <AriaSwitch
      {...rest}
      className={cx("group flex items-center gap-2 text-base text-ink data-disabled:opacity-60", className)}
    >
      <span className="flex h-[18px] w-8 shrink-0 items-center rounded-full border border-edge bg-sunken px-0.5 transition-colors group-data-focus-visible:outline-2 group-data-focus-visible:outline-focus group-data-focus-visible:outline-offset-2 group-data-selected:border-accent group-data-selected:bg-accent">
        <span className="size-3 rounded-full bg-ink-3 transition-transform group-data-selected:translate-x-[14px] group-data-selected:bg-on-accent" />
      </span>
      {children}
    </AriaSwitch>
  );
}
