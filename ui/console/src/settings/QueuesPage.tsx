/** Queues: what a contact waits in, what it asks of agents, and how fast it should be answered. */
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Badge, NumberField, Select } from "@kit/ui";
import type { DataColumn } from "@kit/ui/DataTable.tsx";
import { hasScope, useSession } from "../app/session.tsx";
import { changes } from "./forms.ts";
import {
  HoursField,
  NameFields,
  NeedsField,
  Pair,
  SecondsField,
  TenantField,
  useHome,
} from "./parts/fields.tsx";
import { FormDialog } from "./parts/FormDialog.tsx";
import { ListPage, OpenCell } from "./parts/ListPage.tsx";
import { localName, useHoursNames, useSkillNames, useTenantNames } from "./parts/names.ts";
import { Group } from "./parts/Page.tsx";
import { RetireButton } from "./parts/RetireButton.tsx";
import { useForm } from "./parts/useForm.ts";
import { useKeep } from "./parts/useKeep.ts";
import type { QueueItem } from "./wire.ts";

export function QueuesPage() {
  const { t } = useTranslation("settings");
  const session = useSession();
  const mayWrite = hasScope(session, "queue.write");
  return (
    <ListPage<QueueItem>
      title={t("queue.title")}
      explain={t("queue.explain")}
      icon="queue"
      path="/api/queues"
      columns={useColumns()}
      words={words}
      create={mayWrite ? t("queue.create") : null}
      empty={{ title: t("queue.empty"), text: t("queue.emptyText") }}
      editor={(item, close) => <QueueEditor item={item} onClose={close} />}
      initialSort={{ id: "name", desc: false }}
      hasRetired
      minWidth={660}
    />
  );
}

const words = (queue: QueueItem): string => `${queue.name} ${queue.name_en}`;

function useColumns(): DataColumn<QueueItem>[] {
  const { t, i18n } = useTranslation("settings");
  const locale = i18n.language;
  const tenants = useTenantNames();
  const skills = useSkillNames();
  const hours = useHoursNames();
  return useMemo(
    () => [
      {
        id: "name",
        header: t("name"),
        isRowHeader: true,
        sort: (queue) => localName(queue, locale),
        cell: (queue) => <OpenCell id={queue.id} name={localName(queue, locale)} retired={queue.retired} />,
      },
      {
        id: "tenant",
        header: t("tenant"),
        width: "15%",
        sort: (queue) => tenants.of(queue.tenant_id),
        cell: (queue) => <span className="text-ink-2">{tenants.of(queue.tenant_id)}</span>,
      },
      {
        id: "needs",
        header: t("queue.needs"),
        width: "26%",
        cell: (queue) =>
          queue.needs.length === 0 ? (
            <span className="text-ink-3">{t("queue.anyone")}</span>
          ) : (
            <span className="flex flex-wrap gap-1">
              {queue.needs.map((need) => (
                <Badge key={need.skill_id}>
                  {t("queue.needShort", { skill: skills.of(need.skill_id), level: need.level })}
                </Badge>
              ))}
            </span>
          ),
      },
      {
        id: "able",
        header: t("queue.able"),
        explain: t("queue.ableExplain"),
        align: "end",
        width: "80px",
        sort: (queue) => queue.able,
        cell: (queue) => (
          <span className={queue.able === 0 ? "font-semibold text-bad-ink" : "text-ink"}>{queue.able}</span>
        ),
      },
      {
        id: "goal",
        header: t("queue.goalShort"),
        width: "112px",
        cell: (queue) => (
          <span className="tabular text-ink-2">
            {t("queue.goalValue", {
              percent: queue.service_level_goal,
              seconds: queue.service_level_ms / 1000,
            })}
          </span>
        ),
      },
      {
        id: "hours",
        header: t("queue.hours"),
        width: "15%",
        cell: (queue) => (
          <span className={queue.hours_id ? "text-ink-2" : "text-ink-3"}>
            {queue.hours_id ? hours.of(queue.hours_id) : t("always")}
          </span>
        ),
      },
    ],
    [t, locale, tenants, skills, hours],
  );
}

const MEDIA = ["chat", "voice", "social", "email", "sms"] as const;
const NEEDS_FIELDS = Array.from({ length: 20 }, (_, index) => `needs.${index}`);

type QueueForm = Omit<QueueItem, "id" | "able" | "retired">;

function blank(tenant_id: string): QueueForm {
  return {
    tenant_id,
    name: "",
    name_en: "",
    medium: "chat",
    needs: [],
    priority: 0,
    ring_ms: 20_000,
    acw_ms: 60_000,
    service_level_ms: 20_000,
    service_level_goal: 80,
    max_waiting: 0,
    hours_id: null,
  };
}

function formOf({
  tenant_id,
  name,
  name_en,
  medium,
  needs,
  priority,
  ring_ms,
  acw_ms,
  ...rest
}: QueueItem): QueueForm {
  const { service_level_ms, service_level_goal, max_waiting, hours_id } = rest;
  return {
    tenant_id,
    name,
    name_en,
    medium,
    needs,
    priority,
    ring_ms,
    acw_ms,
    service_level_ms,
    service_level_goal,
    max_waiting,
    hours_id,
  };
}

function QueueEditor({ item, onClose }: { item: QueueItem | null; onClose: () => void }) {
  const { t } = useTranslation("settings");
  const home = useHome();
  const before = item ? formOf(item) : blank(home);
  const form = useForm<QueueForm>(before, NEEDS_FIELDS);
  const save = useKeep("/api/queues", form, onClose);
  const { value, set, error } = form;

  const submit = () => {
    if (value.name.trim() === "") return form.refuse({ name: t("fault.required") });
    const body = item ? { ...changes(before, value), ...(item.retired ? { retired: false } : {}) } : value;
    save.keep(item?.id ?? null, body, value.name);
  };

  return (
    <FormDialog
      title={item ? t("queue.edit", { name: item.name }) : t("queue.create")}
      size="lg"
      form={form}
      onClose={onClose}
      onSubmit={submit}
      isPending={save.isPending}
      {...(item?.retired ? { submit: t("queue.restore") } : {})}
    >
      <Group title={t("group.basics")}>
        <NameFields form={form} />
        <TenantField form={form} isNew={item === null} />
        {item === null ? (
          <Select
            label={t("queue.medium")}
            value={value.medium}
            onChange={(medium) => set({ medium })}
            options={MEDIA.map((medium) => ({ id: medium, label: t(`medium.${medium}`) }))}
          />
        ) : null}
      </Group>
      <Group title={t("queue.needsGroup")} explain={t("queue.needsExplain")}>
        <NeedsField
          value={value.needs}
          onChange={(needs) => set({ needs })}
          errorAt={(index) => error(`needs.${index}`) ?? (index === 0 ? error("needs") : undefined)}
        />
      </Group>
      <Group title={t("queue.timing")}>
        <Pair>
          <SecondsField
            label={t("queue.ring")}
            help={t("queue.ringHelp")}
            value_ms={value.ring_ms}
            min={5}
            max={120}
            onChange={(ring_ms) => set({ ring_ms })}
            error={error("ring_ms")}
          />
          <SecondsField
            label={t("queue.acw")}
            help={t("queue.acwHelp")}
            value_ms={value.acw_ms}
            min={0}
            max={1800}
            onChange={(acw_ms) => set({ acw_ms })}
            error={error("acw_ms")}
          />
          <SecondsField
            label={t("queue.levelTime")}
            help={t("queue.levelTimeHelp")}
            value_ms={value.service_level_ms}
            min={1}
            max={86_400}
            onChange={(service_level_ms) => set({ service_level_ms })}
            error={error("service_level_ms")}
          />
          <NumberField
            label={t("queue.goal")}
            help={t("queue.goalHelp")}
            value={value.service_level_goal}
            minValue={0}
            maxValue={100}
            onChange={(goal) => set({ service_level_goal: Number.isNaN(goal) ? 0 : goal })}
            error={error("service_level_goal")}
          />
          <SecondsField
            label={t("queue.priority")}
            help={t("queue.priorityHelp")}
            value_ms={value.priority}
            min={0}
            max={3600}
            onChange={(priority) => set({ priority })}
            error={error("priority")}
          />
          <NumberField
            label={t("queue.maxWaiting")}
            help={t("queue.maxWaitingHelp")}
            value={value.max_waiting}
            minValue={0}
            maxValue={100_000}
            onChange={(max) => set({ max_waiting: Number.isNaN(max) ? 0 : max })}
            error={error("max_waiting")}
          />
        </Pair>
        <HoursField form={form} label={t("queue.hours")} none={t("always")} />
      </Group>
      {item && !item.retired ? (
        <div className="border-t border-line pt-3">
          <RetireButton
            path="/api/queues"
            id={item.id}
            name={item.name}
            text={t("queue.retireText")}
            onDone={onClose}
          />
        </div>
      ) : null}
    </FormDialog>
  );
}
