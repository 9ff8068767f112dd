import type { ReactElement, ReactNode } from "react";
import {
  Header,
  Menu as AriaMenu,
  MenuItem as AriaMenuItem,
  MenuSection,
  MenuTrigger,
  Popover,
  Separator,
  type PopoverProps,
} from "react-aria-components";
import { Icon, type IconName } from "../icons/Icon";
import { cx } from "./cx.ts";
import { Kbd } from "./Kbd.tsx";
import { itemClass, popoverClass } from "./Select.tsx";

export interface MenuEntry {
  id: string;
  label: string;
  detail?: string;
  icon?: IconName;
  sign?: ReactNode;
  shortcut?: string;
  danger?: boolean;
  isDisabled?: boolean;
  isSelected?: boolean;
  run: () => void;
}

export interface MenuGroup {
  id: string;
  title?: string;
  entries: MenuEntry[];
}

interface Props {
  /** A React Aria button. */
  trigger: ReactElement;
  label: string;
  groups: MenuGroup[];
  placement?: PopoverProps["placement"];
}

/** A menu under a button; groups are divided by lines. */
export function Menu({ trigger, label, groups, placement = "bottom start" }: Props) {
  return (
    <MenuTrigger>
      {trigger}
      <Popover placement={placement} offset={4} className={cx(popoverClass, "min-w-52")}>
        <AriaMenu aria-label={label} className="max-h-[70vh] overflow-auto outline-none">
          {groups.map((group, index) => [
            index > 0 ? <Separator key={`${group.id}-line`} className="mx-1 my-1 h-px bg-line" /> : null,
            <MenuSection key={group.id} id={group.id} aria-label={group.title ?? label}>
              {group.title ? (
                <Header className="px-2 pt-1 pb-0.5 text-sm text-ink-3">{group.title}</Header>
              ) : null}
              {group.entries.map((entry) => (
                <Entry key={entry.id} entry={entry} />
              ))}
            </MenuSection>,
          ])}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}

function Entry({ entry }: { entry: MenuEntry }) {
  return (
    <AriaMenuItem
      id={entry.id}
      textValue={entry.label}
      onAction={entry.run}
      isDisabled={entry.isDisabled ?? false}
      className={cx(itemClass, entry.danger && "text-bad-ink")}
    >
      {entry.sign ??
        (entry.icon ? (
          <Icon name={entry.icon} size={16} className={entry.danger ? "" : "text-ink-3"} />
        ) : null)}
      <span className="flex min-w-0 flex-1 flex-col">
        <span className="truncate">{entry.label}</span>
        {entry.detail ? <span className="truncate text-sm text-ink-3">{entry.detail}</span> : null}
      </span>
      {entry.isSelected ? <Icon name="check" size={16} className="text-accent-ink" /> : null}
      {entry.shortcut ? <Kbd keys={entry.shortcut} /> : null}
    </AriaMenuItem>
  );
}
