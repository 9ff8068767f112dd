/** Hands the interaction to a queue or a person. Shows how busy each is, as the floor says right now. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ListBox, ListBoxItem } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { useCommand, type HandlingView } from "@kit/feed";
import {
  Avatar,
  Badge,
  Button,
  cx,
  Dialog,
  Icon,
  Notice,
  SearchField,
  Skeleton,
  StateBadge,
  Tabs,
  TextField,
  toast,
} from "@kit/ui";
import { search, usePinyin } from "@kit/search.ts";
import { type TransferPerson, type TransferQueue, transferTargetsQuery } from "./data.ts";
import { customerName, reasonKey } from "./model.ts";

type Target = { kind: "queue" | "person"; id: string; name: string };

export function TransferDialog({ handling, onClose }: { handling: HandlingView; onClose: () => void }) {
  const { t, i18n } = useTranslation("desk");
  const query = useQuery(transferTargetsQuery(handling.id));
  const [kind, setKind] = useState<"queue" | "person">("queue");
  const [words, setWords] = useState("");
  const [target, setTarget] = useState<Target | null>(null);
  const [note, setNote] = useState("");
  const transfer = useCommand("TransferInteraction");
  usePinyin(true);

  const english = i18n.language === "en";
  const queues = search(query.data?.queues ?? [], words, (queue) => [queue.name, queue.name_en ?? ""]);
  const people = search(query.data?.people ?? [], words, (person) => [person.name, person.team ?? ""]);
  const go = async () => {
    if (!target) return;
    const to = target.kind === "queue" ? { to_queue_id: target.id } : { to_agent_id: target.id };
    const ack = await transfer.run({
      interaction_id: handling.id,
      ...to,
      ...(note.trim() ? { note: note.trim() } : {}),
    });
    if (!ack) return;
    toast("ok", t("transfer.done", { target: target.name }));
    onClose();
  };

  const lists = query.isPending ? (
    <Skeleton lines={6} className="p-3" />
  ) : query.isError ? (
    <Notice tone="bad" className="m-3">
      {t("transfer.unavailable")}
    </Notice>
  ) : null;

  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("transfer.title", { customer: customerName(handling.customer, t("customer.unnamed")) })}
      isDismissable={false}
      footer={
        <>
          <Button
            variant="primary"
            icon="transfer"
            onPress={() => void go()}
            isPending={transfer.isPending}
            isDisabled={!target}
          >
            {target ? t("transfer.to", { target: target.name }) : t("transfer.choose")}
          </Button>
          <Button onPress={onClose}>{t("shell:kit.cancel")}</Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
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
            setTarget(null);
          }}
          className="h-72 rounded-sm border border-line"
          panelClassName="overflow-y-auto"
          tabs={[
            {
              id: "queue",
              label: t("transfer.queues"),
              content: lists ?? (
                <TargetList
                  label={t("transfer.queues")}
                  items={queues}
                  chosen={target?.id}
                  onChoose={(queue) =>
                    setTarget({ kind: "queue", id: queue.id, name: nameOf(queue, english) })
                  }
                >
                  {(queue) => <QueueLine queue={queue} english={english} />}
                </TargetList>
              ),
            },
            {
              id: "person",
              label: t("transfer.people"),
              content: lists ?? (
                <TargetList
                  label={t("transfer.people")}
                  items={people}
                  chosen={target?.id}
                  onChoose={(person) => setTarget({ kind: "person", id: person.id, name: person.name })}
                >
                  {(person) => <PersonLine person={person} />}
                </TargetList>
              ),
            },
          ]}
        />
        <TextField
          label={t("transfer.note")}
          help={t("transfer.note_help")}
          rows={2}
          value={note}
          onChange={setNote}
          maxLength={2_000}
        />
        {transfer.error ? (
          <Notice tone="bad" live>
            {transfer.error.title}
          </Notice>
        ) : null}
      </div>
    </Dialog>
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

function PersonLine({ person }: { person: TransferPerson }) {
  const { t } = useTranslation("desk");
  const most = person.capacity.chat ?? 0;
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
