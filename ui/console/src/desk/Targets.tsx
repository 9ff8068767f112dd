/** Whom work can go to: queues and colleagues, with how busy each is, as the floor says right now. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ListBox, ListBoxItem } from "react-aria-components";
import { useTranslation } from "react-i18next";
import type { HandlingView, Medium } from "@kit/feed";
import {
  Avatar,
  Badge,
  cx,
  Icon,
  Notice,
  SearchField,
  Skeleton,
  StateBadge,
  Tabs,
  type TabSpec,
} from "@kit/ui";
import { search, usePinyin } from "@kit/search.ts";
import { type TransferPerson, type TransferQueue, transferTargetsQuery } from "./data.ts";
import { reasonKey } from "./model.ts";

export type Target = { kind: "queue" | "person"; id: string; name: string };

/** What a command of the floor takes for a target. */
export const addressOf = (target: Target): { to_queue_id: string } | { to_agent_id: string } =>
  target.kind === "queue" ? { to_queue_id: target.id } : { to_agent_id: target.id };

interface PickerProps {
  handling: HandlingView;
  target: Target | null;
  onTarget: (target: Target | null) => void;
  /** Another kind of target beside queues and colleagues. */
  more?: TabSpec<"number">;
  onKind?: (kind: "queue" | "person" | "number") => void;
}

export function TargetPicker({ handling, target, onTarget, more, onKind }: PickerProps) {
  const { t, i18n } = useTranslation("desk");
  const query = useQuery(transferTargetsQuery(handling.id));
  const [kind, setKind] = useState<"queue" | "person" | "number">("queue");
  const [words, setWords] = useState("");
  usePinyin(true);
  const english = i18n.language === "en";
  const queues = search(query.data?.queues ?? [], words, (queue) => [queue.name, queue.name_en ?? ""]);
  const people = search(query.data?.people ?? [], words, (person) => [person.name, person.team ?? ""]);
  const lists = query.isPending ? (
    <Skeleton lines={6} className="p-3" />
  ) : query.isError ? (
    <Notice tone="bad" className="m-3">
      {t("transfer.unavailable")}
    </Notice>
  ) : null;
  return (
    <>
      <SearchField
        label={t("transfer.search")}
        clearLabel={t("transfer.clear")}
        value={words}
        onChange={setWords}
        autoFocus
      />
      <Tabs
        label={t("transfer.kind")}
        value={kind}
        onChange={(next) => {
          setKind(next);
          onKind?.(next);
          onTarget(null);
        }}
        className="h-72 rounded-sm border border-line"
        panelClassName="overflow-y-auto"
        tabs={[
          {
            id: "queue" as const,
            label: t("transfer.queues"),
            content: lists ?? (
              <TargetList
                label={t("transfer.queues")}
                items={queues}
                chosen={target?.id}
                onChoose={(queue) => onTarget({ kind: "queue", id: queue.id, name: nameOf(queue, english) })}
              >
                {(queue) => <QueueLine queue={queue} english={english} />}
              </TargetList>
            ),
          },
          {
            id: "person" as const,
            label: t("transfer.people"),
            content: lists ?? (
              <TargetList
                label={t("transfer.people")}
                items={people}
                chosen={target?.id}
                onChoose={(person) => onTarget({ kind: "person", id: person.id, name: person.name })}
              >
                {(person) => <PersonLine person={person} medium={handling.medium} />}
              </TargetList>
            ),
          },
          ...(more ? [more] : []),
        ]}
      />
    </>
  );
}

function nameOf(queue: TransferQueue, english: boolean): string {
  return english ? queue.name_en || queue.name : queue.name;
}

interface ListProps<T> {
  label: string;
  items: T[];
  chosen: string | undefined;
  onChoose: (item: T) => void;
  children: (item: T) => React.ReactNode;
}

function TargetList<T extends TransferQueue | TransferPerson>({
  label,
  items,
  chosen,
  onChoose,
  children,
}: ListProps<T>) {
  const { t } = useTranslation("desk");
  return (
    <ListBox
      aria-label={label}
      items={items}
      dependencies={[chosen]}
      selectionMode="single"
      selectedKeys={chosen ? [chosen] : []}
      onSelectionChange={(keys) => {
        const id = keys === "all" ? undefined : [...keys][0];
        const item = items.find((each) => each.id === id);
        if (item) onChoose(item);
      }}
      renderEmptyState={() => (
        <p className="px-3 py-6 text-center text-md text-ink-3">{t("transfer.none")}</p>
      )}
      className="p-1 outline-none"
    >
      {(item) => (
        <ListBoxItem
          id={item.id}
          textValue={item.name}
          className={cx(
            "flex min-h-11 cursor-default items-center gap-2.5 rounded-xs px-2.5 py-1 outline-none",
            "data-hovered:bg-sunken data-selected:bg-accent-soft data-focus-visible:outline-2 data-focus-visible:-outline-offset-2 data-focus-visible:outline-focus",
          )}
        >
          {children(item)}
        </ListBoxItem>
      )}
    </ListBox>
  );
}

function QueueLine({ queue, english }: { queue: TransferQueue; english: boolean }) {
  const { t } = useTranslation("desk");
  return (
    <>
      <Icon name="queue" size={18} className="text-ink-3" />
      <span className="min-w-0 flex-1 truncate text-base text-ink">{nameOf(queue, english)}</span>
      <span className="flex items-center gap-2 text-sm text-ink-2 tabular">
        <Badge tone={queue.waiting > 0 ? "warn" : "plain"}>
          {t("transfer.waiting", { count: queue.waiting })}
        </Badge>
        <Badge tone={queue.available_agents > 0 ? "ok" : "bad"}>
          {t("transfer.free", { count: queue.available_agents })}
        </Badge>
      </span>
    </>
  );
}

function PersonLine({ person, medium }: { person: TransferPerson; medium: Medium }) {
  const { t } = useTranslation("desk");
  const most = person.capacity[medium] ?? person.capacity.chat ?? 0;
  return (
    <>
      <Avatar id={person.id} name={person.name} size={32} />
      <span className="flex min-w-0 flex-1 flex-col">
        <span className="truncate text-base text-ink">{person.name}</span>
        <span className="truncate text-sm text-ink-3">
          {[
            person.team,
            person.level ? t("transfer.level", { level: person.level }) : null,
            t("transfer.load", { engaged: person.engaged, most }),
          ]
            .filter(Boolean)
            .join(" · ")}
        </span>
      </span>
      <StateBadge state={person.state}>
        {t(`state.${person.state}`)}
        {person.state === "not_ready" ? ` · ${t(`reason.${reasonKey(person.reason ?? null)}`)}` : ""}
      </StateBadge>
    </>
  );
}
