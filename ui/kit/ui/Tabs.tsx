import type { ReactNode } from "react";
import { Tab as AriaTab, TabList, TabPanel as AriaTabPanel, Tabs as AriaTabs } from "react-aria-components";
import { cx } from "./cx.ts";

export interface TabSpec<K extends string> {
  id: K;
  label: ReactNode;
  content: ReactNode;
}

interface Props<K extends string> {
  label: string;
  tabs: TabSpec<K>[];
  value?: K;
  onChange?: (value: K) => void;
  className?: string;
  panelClassName?: string;
}

export function Tabs<K extends string>({
  label,
  tabs,
  value,
  onChange,
  className,
  panelClassName,
}: Props<K>) {
  return (
    <AriaTabs
      {...(value ? { selectedKey: value } : {})}
      onSelectionChange={(key) => onChange?.(key as K)}
      className={cx("flex min-h-0 flex-col", className)}
    >
      <TabList aria-label={label} className="flex shrink-0 gap-1 border-b border-line px-3">
        {tabs.map((tab) => (
          <AriaTab
            key={tab.id}
            id={tab.id}
            className="-mb-px flex h-9 cursor-default items-center gap-1.5 border-b-2 border-transparent px-2 text-md text-ink-2 outline-none data-focus-visible:outline-2 data-focus-visible:-outline-offset-2 data-focus-visible:outline-focus data-hovered:text-ink data-selected:border-accent data-selected:font-medium data-selected:text-ink"
          >
            {tab.label}
          </AriaTab>
        ))}
      </TabList>
      {tabs.map((tab) => (
        <AriaTabPanel key={tab.id} id={tab.id} className={cx("min-h-0 flex-1 outline-none", panelClassName)}>
          {tab.content}
        </AriaTabPanel>
      ))}
    </AriaTabs>
  );
}
