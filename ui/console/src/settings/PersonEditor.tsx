/** One person: name, employment, rights, skills. Several requests behind one "save"; each is harmless to repeat. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import {
  Button,
  ConfirmDialog,
  Icon,
  IconButton,
  Notice,
  NumberField,
  Select,
  Switch,
  TextField,
  toast,
} from "@kit/ui";
import { ComboBox } from "@kit/ui";
import { api } from "../app/api.ts";
import { useSession } from "../app/session.tsx";
import { changes } from "./forms.ts";
import { type Held, withLevel, withMinor } from "./matrix.ts";
import { Checks, errorOf, LevelSelect, MaybeSelect, Pair, TenantField, useHome } from "./parts/fields.tsx";
import { FormDialog } from "./parts/FormDialog.tsx";
import { useSkillNames, useTeamNames, useTenantNames } from "./parts/names.ts";
import { Group } from "./parts/Page.tsx";
import { type Form, useForm } from "./parts/useForm.ts";
import { type PersonItem, type Role, ROLES } from "./wire.ts";

interface PersonForm {
  tenant_id: string;
  name: string;
  email: string;
  locale: string;
  level: number;
  team_id: string | null;
  capacity: { chat: number; voice: number };
  serves: string[];
  roles: Role[];
  skills: Held[];
  phone: string | null;
  password: string;
}

/** A name as the exchange's settings have it; the API takes no other. */
const PHONE = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;

function formOf(item: PersonItem | null, home: string): PersonForm {
  return {
    tenant_id: item?.tenant_id ?? home,
    name: item?.name ?? "",
    email: item?.email ?? "",
    locale: item?.locale ?? "zh-CN",
    level: item?.level ?? 1,
    team_id: item?.team_id ?? null,
    capacity: item?.capacity ?? { chat: 3, voice: 0 },
    serves: item?.serves ?? [home],
    roles: item?.roles ?? ["agent"],
    skills: item?.skills ?? [],
    phone: item?.phone ?? null,
    password: "",
  };
}

/** Makes the person, or sends what changed: the record, then roles, skills and password, each on its own path. */
async function store(item: PersonItem | null, before: PersonForm, value: PersonForm): Promise<void> {
  if (!item) {
    const { password, ...rest } = value;
    await api.post("/api/people", { ...rest, ...(password ? { password } : {}) });
    return;
  }
  // The employer never changes: the field is there only while a person is made.
  const { roles, skills, password, ...rest } = changes(before, { ...value, tenant_id: before.tenant_id });
  const path = `/api/people/${item.id}`;
  if (Object.keys(rest).length > 0) await api.patch(path, rest);
  if (roles) await api.put(`${path}/roles`, roles);
  if (skills) await api.put(`${path}/skills`, skills);
  if (password) await api.post(`${path}/password`, { password });
}

export function PersonEditor({ item, onClose }: { item: PersonItem | null; onClose: () => void }) {
  const { t } = useTranslation("settings");
  const home = useHome();
  const client = useQueryClient();
  const before = formOf(item, home);
  const form = useForm<PersonForm>(before);
  const { value, set, error } = form;
  const save = useMutation({
    mutationFn: () => store(item, before, value),
    onSettled: () => client.invalidateQueries({ queryKey: ["settings"] }),
  });
  const submit = () => {
    const faults: Record<string, string> = {};
    if (value.name.trim() === "") faults["name"] = t("fault.required");
    if (value.email.trim() === "") faults["email"] = t("fault.required");
    if (value.phone !== null && !PHONE.test(value.phone)) faults["phone"] = t("fault.phone_form");
    if (Object.keys(faults).length > 0) return form.refuse(faults);
    save.mutate(undefined, {
      onSuccess: () => {
        toast("ok", t("saved", { name: value.name }));
        onClose();
      },
      onError: form.fail,
    });
  };
  return (
    <FormDialog
      title={item ? item.name : t("person.create")}
      size="lg"
      form={form}
      onClose={onClose}
      onSubmit={submit}
      isPending={save.isPending}
    >
      {item && !item.active ? <Notice tone="warn">{t("person.inactiveText")}</Notice> : null}
      <Group title={t("group.basics")}>
        <Pair>
          <TextField
            label={t("person.name")}
            isRequired
            autoFocus
            value={value.name}
            onChange={(name) => set({ name })}
            error={error("name")}
            maxLength={80}
          />
          <TextField
            label={t("person.email")}
            help={t("person.emailHelp")}
            isRequired
            type="email"
            value={value.email}
            onChange={(email) => set({ email })}
            error={error("email")}
            inputProps={{ autoComplete: "off" }}
          />
          <Select
            label={t("person.locale")}
            value={value.locale}
            onChange={(locale) => set({ locale })}
            options={[
              { id: "zh-CN", label: "简体中文" },
              { id: "en", label: "English" },
            ]}
          />
          <MaybeSelect
            label={t("person.team")}
            names={useTeamNames()}
            none={t("person.noTeam")}
            value={value.team_id}
            onChange={(team_id) => set({ team_id })}
            error={error("team_id")}
          />
        </Pair>
        <TenantField form={form} isNew={item === null} />
      </Group>
      <Rights item={item} form={form} />
      <Skills form={form} />
      <Group
        title={t("person.passwordGroup")}
        explain={item ? t("person.passwordNew") : t("person.passwordFirst")}
      >
        <TextField
          label={t("person.password")}
          type="password"
          value={value.password}
          onChange={(password) => set({ password })}
          error={error("password")}
          inputProps={{ autoComplete: "new-password" }}
        />
        {item ? <SecondFactor item={item} /> : null}
      </Group>
      {item ? <Employment item={item} onDone={onClose} /> : null}
    </FormDialog>
  );
}

function Rights({ item, form }: { item: PersonItem | null; form: Form<PersonForm> }) {
  const { t } = useTranslation("settings");
  const session = useSession();
  const tenants = useTenantNames();
  const own = item?.id === session.person.id;
  const operator = session.person.roles.includes("city_operator");
  const { value, set, error } = form;
  const offered = ROLES.filter((role) => role !== "city_operator" || operator || value.roles.includes(role));
  return (
    <Group title={t("person.rights")}>
      <Checks
        label={t("person.roles")}
        help={own ? t("person.rolesOwn") : undefined}
        columns={3}
        options={offered.map((role) => ({ id: role, label: t(`role.${role}`), isDisabled: own }))}
        value={value.roles}
        onChange={(roles) => set({ roles: roles as Role[] })}
        error={error("roles")}
      />
      {tenants.options.length > 1 ? (
        <Checks
          label={t("person.serves")}
          help={t("person.servesHelp")}
          options={tenants.options}
          value={value.serves}
          onChange={(serves) => set({ serves })}
          error={error("serves")}
        />
      ) : null}
    </Group>
  );
}

function Skills({ form }: { form: Form<PersonForm> }) {
  const { t } = useTranslation("settings");
  const names = useSkillNames();
  const { value, set, error } = form;
  const [adding, setAdding] = useState(0);
  const free = names.options.filter((option) => !value.skills.some((held) => held.skill_id === option.id));
  return (
    <Group title={t("person.skills")} explain={t("person.skillsExplain")}>
      <Pair>
        <LevelSelect
          hideLabel={false}
          label={t("person.levelOverall")}
          value={value.level}
          onChange={(level) => set({ level })}
        />
        <NumberField
          label={t("person.capacity")}
          help={t("person.capacityHelp")}
          minValue={0}
          maxValue={20}
          value={value.capacity.chat}
          onChange={(chat) => set({ capacity: { ...value.capacity, chat: Number.isNaN(chat) ? 0 : chat } })}
          error={error("capacity")}
        />
        <NumberField
          label={t("person.calls")}
          help={t("person.callsHelp")}
          minValue={0}
          maxValue={20}
          value={value.capacity.voice}
          onChange={(voice) =>
            set({ capacity: { ...value.capacity, voice: Number.isNaN(voice) ? 0 : voice } })
          }
        />
        <TextField
          label={t("person.phone")}
          help={t("person.phoneHelp")}
          value={value.phone ?? ""}
          onChange={(phone) => set({ phone: phone.trim() || null })}
          error={error("phone")}
          maxLength={40}
          inputProps={{ autoComplete: "off", spellCheck: false }}
        />
      </Pair>
      {error("skills") ? <Notice tone="bad">{error("skills")}</Notice> : null}
      {value.skills.length === 0 ? <p className="text-md text-ink-3">{t("person.noSkills")}</p> : null}
      <ul className="flex flex-col gap-1.5">
        {value.skills.map((held) => (
          <li key={held.skill_id} className="flex flex-wrap items-center gap-3">
            <span className="min-w-32 flex-1 text-base text-ink">{names.of(held.skill_id)}</span>
            <LevelSelect
              label={t("person.skillLevel", { skill: names.of(held.skill_id) })}
              value={held.level}
              onChange={(level) => set({ skills: withLevel(value.skills, held.skill_id, level) })}
            />
            <Switch
              isSelected={held.minor}
              onChange={(minor) => set({ skills: withMinor(value.skills, held.skill_id, minor) })}
              aria-label={t("person.minorOf", { skill: names.of(held.skill_id) })}
              className="text-md!"
            >
              {t("person.minor")}
            </Switch>
            <IconButton
              icon="trash"
              label={t("person.removeSkill", { skill: names.of(held.skill_id) })}
              onPress={() => set({ skills: withLevel(value.skills, held.skill_id, 0) })}
            />
          </li>
        ))}
      </ul>
      {free.length > 0 ? (
        <ComboBox
          // A fresh box after each choice.
          key={adding}
          label={t("person.addSkill")}
          placeholder={t("person.addSkillPlaceholder")}
          emptyText={t("nothingFound")}
          className="max-w-80"
          value={null}
          onChange={(skill_id) => {
            if (!skill_id) return;
            set({ skills: withLevel(value.skills, skill_id, 1) });
            setAdding((n) => n + 1);
          }}
          options={free}
          {...errorOf(form, "skill")}
        />
      ) : null}
    </Group>
  );
}

/** Whether the second factor is on, and the way out for somebody who has lost it. */
function SecondFactor({ item }: { item: PersonItem }) {
  const { t } = useTranslation("settings");
  const session = useSession();
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const reset = useMutation({
    mutationFn: () => api.post(`/api/people/${item.id}/reset-second-factor`),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["settings"] });
      toast("ok", t("person.factorResetDone", { name: item.name }));
    },
    onError: () => toast("bad", t("person.changeFailed")),
    onSettled: () => setAsking(false),
  });
  if (item.second_factor === null) return null;
  return (
    <div className="flex min-h-8 flex-wrap items-center gap-x-3 gap-y-1 text-md text-ink-2">
      <span className="inline-flex items-center gap-1.5">
        <Icon
          name={item.second_factor ? "check" : "lock"}
          size={16}
          className={item.second_factor ? "text-ok-ink" : "text-ink-3"}
        />
        {t(item.second_factor ? "person.factorOn" : "person.factorOff")}
      </span>
      {item.second_factor && item.id !== session.person.id ? (
        <Button size="sm" onPress={() => setAsking(true)}>
          {t("person.factorReset")}
        </Button>
      ) : null}
      <ConfirmDialog
        isOpen={asking}
        onClose={() => setAsking(false)}
        onConfirm={() => reset.mutate()}
        isPending={reset.isPending}
        title={t("person.factorResetTitle", { name: item.name })}
        confirm={t("person.factorResetAct")}
      >
        {t("person.factorResetText")}
      </ConfirmDialog>
    </div>
  );
}

/** Shuts a person out at once, or lets them in again. */
function Employment({ item, onDone }: { item: PersonItem; onDone: () => void }) {
  const { t } = useTranslation("settings");
  const session = useSession();
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const change = useMutation({
    mutationFn: (active: boolean) => api.patch(`/api/people/${item.id}`, { active }),
    onSuccess: async (_, active) => {
      await client.invalidateQueries({ queryKey: ["settings"] });
      toast("ok", t(active ? "person.activated" : "person.deactivated", { name: item.name }));
      onDone();
    },
    onError: () => toast("bad", t("person.changeFailed")),
  });
  if (item.id === session.person.id) return null;
  return (
    <div className="border-t border-line pt-3">
      {item.active ? (
        <Button variant="ghost" icon="lock" className="text-bad-ink!" onPress={() => setAsking(true)}>
          {t("person.deactivate")}
        </Button>
      ) : (
        <Button icon="check" isPending={change.isPending} onPress={() => change.mutate(true)}>
          {t("person.activate")}
        </Button>
      )}
      <ConfirmDialog
        isOpen={asking}
        onClose={() => setAsking(false)}
        onConfirm={() => change.mutate(false)}
        isPending={change.isPending}
        title={t("person.deactivateTitle", { name: item.name })}
        confirm={t("person.deactivateAct")}
      >
        {t("person.deactivateText")}
      </ConfirmDialog>
    </div>
  );
}
