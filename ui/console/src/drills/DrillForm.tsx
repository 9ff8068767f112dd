/** A new drill: which day, what is changed, how many days for the intervals. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { FileTrigger } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { Button, NumberField, Notice, Select } from "@kit/ui";
import { hasScope, useSession } from "../app/session.tsx";
import { policyQuery } from "../routing/data.ts";
import { byHand } from "../routing/model.ts";
import { Checks, Pair } from "../settings/parts/fields.tsx";
import { localName } from "../settings/parts/names.ts";
import { Group } from "../settings/parts/Page.tsx";
import { useSayProblem } from "../versions/data.ts";
import { useStart } from "./data.ts";
import { isNothing } from "./model.ts";
import type { Change, Choices, Run, Source } from "./wire.ts";

type Kind = Source["kind"];

interface Props {
  tenant_id: string;
  choices: Choices;
  /** Begin with the draft chosen. */
  tryDraft: boolean;
  onStarted: (run: Run) => void;
}

const MOST_BYTES = 4_000_000;
const whole = (n: number, least: number): number => (Number.isNaN(n) ? least : Math.round(n));

interface Upload {
  name: string;
  text: string;
}

export function DrillForm({ tenant_id, choices, tryDraft, onStarted }: Props) {
  const { t } = useTranslation("drills");
  const say = useSayProblem();
  const start = useStart(tenant_id);
  const [kind, setKind] = useState<Kind>(choices.days.length > 0 ? "day" : "festival");
  // Yesterday is the usual one; a new house has only today.
  const [date, setDate] = useState(choices.days[1] ?? choices.days[0] ?? "");
  const [contacts, setContacts] = useState(16_000);
  const [agents, setAgents] = useState(0);
  const [arrivals, setArrivals] = useState<Upload | null>(null);
  const [staff, setStaff] = useState<Upload | null>(null);
  const [replications, setReplications] = useState(5);
  const [change, setChange] = useState<Change>({
    policy: tryDraft && choices.draft !== null ? "draft" : "present",
    agents: 0,
    teams: {},
    rules_on: [],
  });
  const [fault, setFault] = useState("");
  const patch = (more: Partial<Change>) => setChange((before) => ({ ...before, ...more }));

  const sourceOf = (): Source | null => {
    if (kind === "day") return date ? { kind, date } : null;
    if (kind === "festival") return { kind, contacts, ...(agents > 0 ? { agents } : {}) };
    return arrivals && staff ? { kind, arrivals: arrivals.text, staff: staff.text } : null;
  };
  const submit = () => {
    const source = sourceOf();
    if (!source) return setFault(t(kind === "files" ? "form.filesMissing" : "form.dayMissing"));
    setFault("");
    const own: Change =
      kind === "day" ? change : { policy: "present", agents: change.agents, teams: {}, rules_on: [] };
    start.mutate({ source, change: own, replications }, { onSuccess: onStarted });
  };

  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <h2 className="text-lg font-semibold text-ink">{t("form.title")}</h2>
      <Group title={t("form.day")} explain={t(`form.explain_${kind}`)}>
        <Select<Kind>
          label={t("form.source")}
          className="max-w-80"
          value={kind}
          onChange={setKind}
          options={(["day", "festival", "files"] as const).map((id) => ({ id, label: t(`source.${id}`) }))}
        />
        {kind === "day" ? (
          <Select
            label={t("form.date")}
            className="max-w-80"
            value={date}
            onChange={setDate}
            options={choices.days.map((id, index) => ({
              id,
              label:
                index === 0
                  ? t("form.today", { date: id })
                  : index === 1
                    ? t("form.yesterday", { date: id })
                    : id,
            }))}
          />
        ) : kind === "festival" ? (
          <Pair>
            <NumberField
              label={t("form.contacts")}
              help={t("form.contactsHelp")}
              value={contacts}
              minValue={100}
              maxValue={200_000}
              onChange={(n) => setContacts(whole(n, 100))}
            />
            <NumberField
              label={t("form.agents")}
              help={t("form.agentsHelp")}
              value={agents}
              minValue={0}
              maxValue={5_000}
              onChange={(n) => setAgents(whole(n, 0))}
            />
          </Pair>
        ) : (
          <div className="flex flex-col gap-2">
            <FilePick label={t("form.arrivals")} file={arrivals} onFile={setArrivals} onFault={setFault} />
            <FilePick label={t("form.staff")} file={staff} onFile={setStaff} onFault={setFault} />
          </div>
        )}
      </Group>
      <Group title={t("form.change")} explain={t("form.changeExplain")}>
        {kind === "day" ? (
          <PastChange tenant_id={tenant_id} choices={choices} change={change} onChange={patch} />
        ) : (
          <NumberField
            label={t("form.moreAgents")}
            help={t("form.moreHelp")}
            className="max-w-80"
            value={change.agents}
            minValue={-5_000}
            maxValue={5_000}
            onChange={(n) => patch({ agents: whole(n, 0) })}
          />
        )}
        {isNothing(change) ? <p className="text-sm text-ink-3">{t("form.nothing")}</p> : null}
      </Group>
      <Group title={t("form.certainty")}>
        <NumberField
          label={t("form.replications")}
          help={t("form.replicationsHelp")}
          className="max-w-80"
          value={replications}
          minValue={2}
          maxValue={20}
          onChange={(n) => setReplications(whole(n, 2))}
        />
      </Group>
      {fault || start.isError ? (
        <Notice tone="bad" live>
          {fault || say(start.error)}
        </Notice>
      ) : null}
      <div>
        <Button type="submit" variant="primary" icon="play" isPending={start.isPending}>
          {t("form.start")}
        </Button>
      </div>
    </form>
  );
}

interface PastProps {
  tenant_id: string;
  choices: Choices;
  change: Change;
  onChange: (patch: Partial<Change>) => void;
}

function PastChange({ tenant_id, choices, change, onChange }: PastProps) {
  const { t, i18n } = useTranslation("drills");
  const session = useSession();
  const policy = useQuery({
    ...policyQuery(tenant_id, i18n.language),
    enabled: hasScope(session, "routing.read"),
    retry: false,
  });
  const rules = byHand(policy.data?.rules ?? []);
  return (
    <>
      <Select<Change["policy"]>
        label={t("form.policy")}
        className="max-w-80"
        value={change.policy}
        onChange={(id) => onChange({ policy: id })}
        options={[
          {
            id: "present",
            label:
              choices.present === null
                ? t("form.policyNone")
                : t("form.policyPresent", { n: choices.present }),
          },
          ...(choices.draft === null
            ? []
            : [{ id: "draft" as const, label: t("form.policyDraft", { n: choices.draft }) }]),
        ]}
      />
      {rules.length > 0 ? (
        <Checks
          label={t("form.rules")}
          options={rules.map((rule) => ({ id: rule.id, label: localName(rule, i18n.language) }))}
          value={change.rules_on}
          onChange={(rules_on) => onChange({ rules_on })}
        />
      ) : null}
      <fieldset className="min-w-0">
        <legend className="pb-1 text-md font-medium text-ink-2">{t("form.teams")}</legend>
        <div className="grid gap-3 sm:grid-cols-2">
          {choices.teams.map((team) => (
            <NumberField
              key={team.id}
              label={t("form.team", {
                name: team.id === "" ? t("noTeam") : localName(team, i18n.language),
                count: team.agents,
              })}
              value={change.teams[team.id] ?? 0}
              minValue={-team.agents}
              maxValue={500}
              onChange={(n) => onChange({ teams: { ...change.teams, [team.id]: whole(n, 0) } })}
            />
          ))}
        </div>
      </fieldset>
    </>
  );
}

interface FileProps {
  label: string;
  file: Upload | null;
  onFile: (file: Upload) => void;
  onFault: (fault: string) => void;
}

function FilePick({ label, file, onFile, onFault }: FileProps) {
  const { t } = useTranslation("drills");
  const take = async (chosen: File | undefined) => {
    if (!chosen) return;
    if (chosen.size > MOST_BYTES) return onFault(t("form.fileTooLarge", { name: chosen.name }));
    onFault("");
    onFile({ name: chosen.name, text: await chosen.text() });
  };
  return (
    <div className="flex flex-wrap items-center gap-3">
      <FileTrigger acceptedFileTypes={[".csv", "text/csv"]} onSelect={(files) => void take(files?.[0])}>
        <Button icon="upload">{label}</Button>
      </FileTrigger>
      <span className="foreign text-md text-ink-2">{file ? file.name : t("form.noFile")}</span>
    </div>
  );
}
