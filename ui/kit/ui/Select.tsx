import type { ReactNode } from "react";
import {
  Button,
  ComboBox as AriaComboBox,
  Input,
  ListBox,
  ListBoxItem,
  Popover,
  Select as AriaSelect,
  SelectValue,
} from "react-aria-components";
import { Icon } from "../icons/Icon";
import { cx } from "./cx.ts";
import { controlClass, FieldLabel, FieldProblem } from "./Field.tsx";

export interface Option<K extends string = string> {
  id: K;
  label: string;
  /** A second, quieter line. */
  detail?: string;
  icon?: ReactNode;
}

export const popoverClass =
  "min-w-[var(--trigger-width)] overflow-auto rounded-md border border-line bg-raised p-1 shadow-3 outline-none data-entering:enter";
export const itemClass =
  "flex min-h-8 cursor-default items-center gap-2 rounded-xs px-2 py-1 text-md text-ink outline-none " +
  "data-focused:bg-sunken data-pressed:bg-pressed data-disabled:opacity-50 data-focus-visible:outline-2 data-focus-visible:-outline-offset-2 data-focus-visible:outline-focus";

function OptionItem({ option }: { option: Option }) {
  return (
    <ListBoxItem id={option.id} textValue={option.label} className={cx(itemClass, "group")}>
      {option.icon}
      <span className="flex min-w-0 flex-1 flex-col">
        <span className="truncate">{option.label}</span>
        {option.detail ? <span className="truncate text-sm text-ink-3">{option.detail}</span> : null}
      </span>
      <Icon name="check" size={16} className="invisible text-accent-ink group-data-selected:visible" />
    </ListBoxItem>
  );
}

interface Props<K extends string> {
  label: string;
  options: Option<K>[];
  value: K | null;
  onChange: (value: K) => void;
  placeholder?: string;
  error?: string;
  /** Leaves the label to screen readers. */
  hideLabel?: boolean;
  isDisabled?: boolean;
  isRequired?: boolean;
  className?: string;
}

/** One of a few. */
export function Select<K extends string>({
  label,
  options,
  value,
  onChange,
  placeholder,
  error,
  hideLabel,
  className,
  ...rest
}: Props<K>) {
  return (
    <AriaSelect
      {...rest}
      aria-label={hideLabel ? label : undefined}
      value={value}
      onChange={(key) => {
        if (key !== null) onChange(key as K);
      }}
      placeholder={placeholder ?? ""}
      isInvalid={Boolean(error)}
      className={cx("flex flex-col gap-1", className)}
    >
      {hideLabel ? null : <FieldLabel>{label}</FieldLabel>}
      <Button className={cx(controlClass, "flex h-8 items-center justify-between gap-2 text-left")}>
        <SelectValue className="min-w-0 flex-1 truncate data-placeholder:text-ink-3">
          {({ selectedText, defaultChildren }) => selectedText || defaultChildren}
        </SelectValue>
        <Icon name="chevronDown" size={16} className="text-ink-3" />
      </Button>
      <FieldProblem text={error} />
      <Popover className={popoverClass}>
        <ListBox className="max-h-80 outline-none" items={options}>
          {(option) => <OptionItem option={option} />}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}

interface ComboProps<K extends string> extends Omit<Props<K>, "onChange"> {
  onChange: (value: K | null) => void;
  /** Decides what fits the words typed; by default the label contains them. */
  filter?: (option: Option<K>, words: string) => boolean;
  emptyText: string;
  autoFocus?: boolean;
}

/** One of many, found by typing. */
export function ComboBox<K extends string>({
  label,
  options,
  value,
  onChange,
  placeholder,
  error,
  hideLabel,
  className,
  filter,
  emptyText,
  ...rest
}: ComboProps<K>) {
  const byLabel = new Map(options.map((option) => [option.label, option]));
  return (
    <AriaComboBox
      {...rest}
      aria-label={hideLabel ? label : undefined}
      defaultItems={options}
      value={value}
      onChange={(key) => onChange(key as K | null)}
      defaultFilter={(text, words) => {
        const option = byLabel.get(text);
        if (!words.trim()) return true;
        if (filter && option) return filter(option, words);
        return text.toLowerCase().includes(words.toLowerCase());
      }}
      menuTrigger="input"
      allowsEmptyCollection
      isInvalid={Boolean(error)}
      className={cx("flex flex-col gap-1", className)}
    >
      {hideLabel ? null : <FieldLabel>{label}</FieldLabel>}
      <div className="relative">
        <Input placeholder={placeholder} className={cx(controlClass, "h-8 pr-8!")} />
        <Button className="absolute inset-y-0 right-0 flex w-8 items-center justify-center text-ink-3">
          <Icon name="chevronDown" size={16} />
        </Button>
      </div>
      <FieldProblem text={error} />
      <Popover className={popoverClass}>
        <ListBox<Option<K>>
          className="max-h-80 outline-none"
          renderEmptyState={() => <div className="px-2 py-1.5 text-md text-ink-3">{emptyText}</div>}
        >
          {(option) => <OptionItem option={option} />}
        </ListBox>
      </Popover>
    </AriaComboBox>
  );
}
