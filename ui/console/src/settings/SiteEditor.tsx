/** One chat site: words, colour, topics, origins, and the snippet to paste. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, cx, IconButton, Notice, Select, TextField } from "@kit/ui";
import { changes } from "./forms.ts";
import { HoursField, NameFields, Pair, TenantField, useHome } from "./parts/fields.tsx";
import { FormDialog } from "./parts/FormDialog.tsx";
import { useQueueNames } from "./parts/names.ts";
import { Group } from "./parts/Page.tsx";
import { CopyBox } from "./parts/CopyBox.tsx";
import { RetireButton } from "./parts/RetireButton.tsx";
import { useForm } from "./parts/useForm.ts";
import { useKeep } from "./parts/useKeep.ts";
import { contrastWithWhite, snippetOf } from "./units.ts";
import type { SiteItem, SiteTopic } from "./wire.ts";

interface SiteForm {
  tenant_id: string;
  key: string;
  name: string;
  name_en: string;
  greeting: string;
  greeting_en: string;
  colour: string;
  /** One per line, as typed. */
  origins: string;
  topics: SiteTopic[];
  hours_id: string | null;
}

function formOf(item: SiteItem | null, home: string): SiteForm {
  return {
    tenant_id: item?.tenant_id ?? home,
    key: item?.key ?? "",
    name: item?.name ?? "",
    name_en: item?.name_en ?? "",
    greeting: item?.greeting ?? "",
    greeting_en: item?.greeting_en ?? "",
    colour: item?.colour ?? "#0b7a70",
    origins: (item?.origins ?? []).join("\n"),
    topics: item?.topics ?? [],
    hours_id: item?.hours_id ?? null,
  };
}

function wireOf({ origins, colour, ...rest }: SiteForm) {
  const lines = origins.split(/[\s,，]+/).map((line) => line.trim().toLowerCase().replace(/\/$/, ""));
  return { ...rest, colour: colour.toLowerCase(), origins: lines.filter((line) => line !== "") };
}

const TOPIC_FIELDS = Array.from({ length: 20 }, (_, index) => `topics.${index}`);

export function SiteEditor({ item, onClose }: { item: SiteItem | null; onClose: () => void }) {
  const { t } = useTranslation("settings");
  const before = formOf(item, useHome());
  const form = useForm<SiteForm>(before, TOPIC_FIELDS);
  const { value, set, error } = form;
  const save = useKeep("/api/sites", form, onClose);
  const submit = () => {
    const faults: Record<string, string> = {};
    if (value.name.trim() === "") faults["name"] = t("fault.required");
    if (value.key.trim() === "") faults["key"] = t("fault.required");
    if (value.topics.length === 0) faults["topics"] = t("site.topicsMissing");
    if (contrastWithWhite(value.colour) === null) faults["colour"] = t("site.colourWrong");
    value.topics.forEach((topic, index) => {
      if (topic.label.trim() === "" || topic.key.trim() === "")
        faults[`topics.${index}`] = t("site.topicIncomplete");
    });
    if (Object.keys(faults).length > 0) return form.refuse(faults);
    const body = item ? changes(wireOf(before), wireOf(value)) : wireOf(value);
    save.keep(item?.id ?? null, body, value.name);
  };
  return (
    <FormDialog
      title={item ? t("site.edit", { name: item.name }) : t("site.create")}
      size="lg"
      form={form}
      onClose={onClose}
      onSubmit={submit}
      isPending={save.isPending}
    >
      {item ? <Snippet site={item} /> : null}
      <Group title={t("group.basics")}>
        <NameFields form={form} />
        <Pair>
          <TextField
            label={t("site.key")}
            help={item ? t("site.keyFixed") : t("site.keyHelp")}
            isRequired
            isDisabled={item !== null}
            value={value.key}
            onChange={(key) => set({ key })}
            error={error("key")}
            maxLength={40}
          />
          <HoursField form={form} label={t("site.hours")} none={t("always")} />
        </Pair>
        <TenantField form={form} isNew={item === null} />
      </Group>
      <Group title={t("site.looks")}>
        <Pair>
          <TextField
            label={t("site.greeting")}
            rows={2}
            value={value.greeting}
            onChange={(greeting) => set({ greeting })}
            error={error("greeting")}
            maxLength={500}
          />
          <TextField
            label={t("site.greetingEn")}
            rows={2}
            value={value.greeting_en}
            onChange={(greeting_en) => set({ greeting_en })}
            error={error("greeting_en")}
            maxLength={500}
          />
        </Pair>
        <ColourField value={value.colour} onChange={(colour) => set({ colour })} error={error("colour")} />
      </Group>
      <Topics
        value={value.topics}
        onChange={(topics) => set({ topics })}
        error={(index) => error(`topics.${index}`)}
        general={error("topics")}
      />
      <Group title={t("site.origins")} explain={t("site.originsExplain")}>
        <TextField
          label={t("site.originsLabel")}
          placeholder={"https://www.example.com"}
          rows={3}
          value={value.origins}
          onChange={(origins) => set({ origins })}
          error={error("origins")}
        />
      </Group>
      {item ? (
        <div className="border-t border-line pt-3">
          <RetireButton
            path="/api/sites"
            id={item.id}
            name={item.name}
            act={t("site.close")}
            text={t("site.closeText")}
            onDone={onClose}
          />
        </div>
      ) : null}
    </FormDialog>
  );
}

function Snippet({ site }: { site: SiteItem }) {
  const { t } = useTranslation("settings");
  const hosted = `${location.origin}/c/${site.key}`;
  return (
    <Group title={t("site.install")} explain={t("site.installExplain")}>
      <CopyBox label={t("site.snippet")} text={snippetOf(location.origin, site.key)} />
      <p className="text-md text-ink-2">
        {t("site.hosted")}{" "}
        <a href={hosted} target="_blank" rel="noopener" className="text-accent-ink underline">
          {hosted}
        </a>
      </p>
    </Group>
  );
}

/** Tried on white text: the widget's button has white signs on this colour. */
const SWATCHES = ["#0b7a70", "#2f5fb3", "#a1472b", "#6b4aa8", "#4d6b12", "#a12d67", "#21697f", "#7a5a12"];

function ColourField({
  value,
  onChange,
  error,
}: {
  value: string;
  onChange: (colour: string) => void;
  error: string | undefined;
}) {
  const { t } = useTranslation("settings");
  const contrast = contrastWithWhite(value);
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap items-end gap-3">
        <TextField
          label={t("site.colour")}
          className="w-36"
          value={value}
          onChange={onChange}
          error={error}
          inputProps={{ spellCheck: false }}
        />
        <div role="group" aria-label={t("site.swatches")} className="flex gap-1.5 pb-1">
          {SWATCHES.map((colour) => (
            <button
              key={colour}
              type="button"
              aria-label={colour}
              aria-pressed={colour === value.toLowerCase()}
              onClick={() => onChange(colour)}
              style={{ backgroundColor: colour }}
              className={cx(
                "size-6 rounded-full outline-offset-2",
                colour === value.toLowerCase() && "outline-2 outline-focus",
              )}
            />
          ))}
        </div>
        <span
          className="mb-0.5 flex h-8 items-center rounded-full px-4 text-md font-medium"
          style={contrast === null ? undefined : { backgroundColor: value, color: "#fff" }}
          aria-hidden="true"
        >
          {t("site.sample")}
        </span>
      </div>
      {contrast !== null && contrast < 4.5 ? (
        <Notice tone="warn">{t("site.contrastLow", { ratio: contrast.toFixed(1) })}</Notice>
      ) : null}
    </div>
  );
}

interface TopicsProps {
  value: SiteTopic[];
  onChange: (topics: SiteTopic[]) => void;
  error: (index: number) => string | undefined;
  general: string | undefined;
}

function Topics({ value, onChange, error, general }: TopicsProps) {
  const { t } = useTranslation("settings");
  const queues = useQueueNames();
  // Keys of rows for React only: topics have no lasting id while they are typed.
  const [rows, setRows] = useState(() => value.map((_, index) => index));
  const change = (index: number, patch: Partial<SiteTopic>) =>
    onChange(value.map((topic, at) => (at === index ? { ...topic, ...patch } : topic)));
  const swap = <T,>(list: readonly T[], index: number): T[] => {
    const next = [...list];
    const [one] = next.splice(index, 1);
    if (one !== undefined) next.splice(index - 1, 0, one);
    return next;
  };
  const first = queues.options[0];
  return (
    <Group title={t("site.topics")} explain={t("site.topicsExplain")}>
      {general ? (
        <Notice tone="bad" live>
          {general}
        </Notice>
      ) : null}
      {value.map((topic, index) => (
        <div key={rows[index]} className="flex flex-col gap-1 rounded-md border border-line p-3">
          <div className="grid items-end gap-2 sm:grid-cols-[1fr_1fr_1fr_1.2fr_auto]">
            <TextField
              label={t("site.topicLabel")}
              value={topic.label}
              onChange={(label) => change(index, { label })}
              maxLength={80}
            />
            <TextField
              label={t("site.topicLabelEn")}
              value={topic.label_en}
              onChange={(label_en) => change(index, { label_en })}
              maxLength={80}
            />
            <TextField
              label={t("site.topicKey")}
              value={topic.key}
              onChange={(key) => change(index, { key })}
              maxLength={40}
            />
            <Select
              label={t("site.topicQueue")}
              value={topic.queue_id}
              onChange={(queue_id) => change(index, { queue_id })}
              options={queues.options}
            />
            <span className="flex">
              <IconButton
                icon="arrowUp"
                label={t("site.topicUp", { name: topic.label })}
                isDisabled={index === 0}
                onPress={() => {
                  onChange(swap(value, index));
                  setRows(swap(rows, index));
                }}
              />
              <IconButton
                icon="trash"
                label={t("site.topicRemove", { name: topic.label })}
                onPress={() => {
                  onChange(value.filter((_, at) => at !== index));
                  setRows(rows.filter((_, at) => at !== index));
                }}
              />
            </span>
          </div>
          {error(index) ? (
            <p role="alert" className="text-sm text-bad-ink">
              {error(index)}
            </p>
          ) : null}
        </div>
      ))}
      <div>
        <Button
          size="sm"
          icon="plus"
          isDisabled={!first || value.length >= 20}
          onPress={() => {
            if (!first) return;
            onChange([
              ...value,
              { key: `topic-${value.length + 1}`, label: "", label_en: "", queue_id: first.id },
            ]);
            setRows([...rows, Math.max(-1, ...rows) + 1]);
          }}
        >
          {t("site.addTopic")}
        </Button>
      </div>
    </Group>
  );
}
