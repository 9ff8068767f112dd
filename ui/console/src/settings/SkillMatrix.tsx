/** People by skills in one grid, made for the keyboard: arrows move, 1–5 set a level, 0 takes it away, M makes it minor. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type KeyboardEvent, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { cx, EmptyState, Kbd, SearchField, Select, toast } from "@kit/ui";
import { api } from "../app/api.ts";
import { reasonOf } from "../front/DemoRibbon.tsx";
import { hasScope, useSession } from "../app/session.tsx";
import { type Held, heldOf, keyAction, withLevel, withMinor } from "./matrix.ts";
import { listQuery } from "./parts/data.ts";
import { localName, useTenantNames } from "./parts/names.ts";
import { ListState, PageHead } from "./parts/Page.tsx";
import type { PersonItem, SkillItem } from "./wire.ts";

export function SkillMatrix() {
  const { t } = useTranslation("settings");
  const session = useSession();
  const tenants = useTenantNames();
  const [tenant, setTenant] = useState(session.person.tenant_id);
  const [words, setWords] = useState("");
  const people = useQuery(listQuery<PersonItem>("/api/people"));
  const skills = useQuery(listQuery<SkillItem>("/api/skills"));
  const columns = useMemo(
    () => (skills.data ?? []).filter((skill) => skill.tenant_id === null || skill.tenant_id === tenant),
    [skills.data, tenant],
  );
  const rows = useMemo(() => {
    const sought = words.trim().toLowerCase();
    return (people.data ?? [])
      .filter(
        (person) =>
          person.active &&
          person.roles.includes("agent") &&
          (person.tenant_id === tenant || person.serves.includes(tenant)) &&
          person.name.toLowerCase().includes(sought),
      )
      .sort((a, b) => a.name.localeCompare(b.name, "zh-CN"));
  }, [people.data, tenant, words]);
  return (
    <>
      <PageHead title={t("matrix.title")} explain={t("matrix.explain")} />
      <div className="flex flex-wrap items-center gap-2 pb-3">
        <SearchField
          label={t("find")}
          clearLabel={t("clear")}
          className="w-56"
          value={words}
          onChange={setWords}
        />
        {tenants.options.length > 1 ? (
          <Select
            hideLabel
            label={t("tenant")}
            className="w-44"
            value={tenant}
            onChange={setTenant}
            options={tenants.options}
          />
        ) : null}
        <span className="ml-auto flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-ink-2">
          <span className="flex items-center gap-1">
            <Kbd keys="1" />–<Kbd keys="5" /> {t("matrix.keyLevel")}
          </span>
          <span className="flex items-center gap-1">
            <Kbd keys="0" /> {t("matrix.keyRemove")}
          </span>
          <span className="flex items-center gap-1">
            <Kbd keys="M" /> {t("matrix.keyMinor")}
          </span>
        </span>
      </div>
      <ListState
        query={people}
        empty={{ icon: "users", title: t("person.empty"), text: t("person.emptyText") }}
      >
        {() =>
          rows.length === 0 || columns.length === 0 ? (
            <EmptyState icon="search" title={t("nothingFound")}>
              {t("nothingFoundText")}
            </EmptyState>
          ) : (
            <Grid people={rows} skills={columns} mayWrite={hasScope(session, "people.write")} />
          )
        }
      </ListState>
    </>
  );
}

interface GridProps {
  people: PersonItem[];
  skills: SkillItem[];
  mayWrite: boolean;
}

function useSetSkills() {
  const { t } = useTranslation("settings");
  const client = useQueryClient();
  const key = listQuery<PersonItem>("/api/people").queryKey;
  return useMutation({
    // One after the other: each sends the whole set, and the last must win.
    scope: { id: "skills" },
    mutationFn: ({ person, skills }: { person: PersonItem; skills: Held[] }) =>
      api.put(`/api/people/${person.id}/skills`, skills),
    onMutate: async ({ person, skills }) => {
      await client.cancelQueries({ queryKey: key });
      client.setQueryData(key, (list: PersonItem[] | undefined) =>
        list?.map((each) => (each.id === person.id ? { ...each, skills } : each)),
      );
      return { before: person.skills };
    },
    onError: (error, { person }, context) => {
      client.setQueryData(key, (list: PersonItem[] | undefined) =>
        list?.map((each) =>
          each.id === person.id ? { ...each, skills: context?.before ?? each.skills } : each,
        ),
      );
      toast("bad", t("matrix.failed", { name: person.name }), reasonOf(error, t("fault.unreachable")));
    },
  });
}

function Grid({ people, skills, mayWrite }: GridProps) {
  const { t, i18n } = useTranslation("settings");
  const box = useRef<HTMLTableElement>(null);
  const [at, setAt] = useState({ row: 0, column: 0 });
  const set = useSetSkills();
  const here = { row: Math.min(at.row, people.length - 1), column: Math.min(at.column, skills.length - 1) };

  const move = (row: number, column: number) => {
    const to = {
      row: Math.max(0, Math.min(people.length - 1, row)),
      column: Math.max(0, Math.min(skills.length - 1, column)),
    };
    setAt(to);
    box.current?.querySelector<HTMLElement>(`[data-at="${to.row}-${to.column}"]`)?.focus();
  };

  const onKeyDown = (
    event: KeyboardEvent,
    person: PersonItem,
    skill: SkillItem,
    row: number,
    column: number,
  ) => {
    const ways: Record<string, [number, number]> = {
      ArrowUp: [row - 1, column],
      ArrowDown: [row + 1, column],
      ArrowLeft: [row, column - 1],
      ArrowRight: [row, column + 1],
      Home: [row, 0],
      End: [row, skills.length - 1],
    };
    const way = ways[event.key];
    const action =
      event.ctrlKey || event.metaKey || event.altKey || event.nativeEvent.isComposing
        ? null
        : keyAction(event.key);
    if (way) move(...way);
    else if (action && mayWrite) {
      const held = heldOf(person.skills, skill.id);
      if (action === "minor") {
        if (held) set.mutate({ person, skills: withMinor(person.skills, skill.id, !held.minor) });
      } else if (action.level !== (held?.level ?? 0)) {
        set.mutate({ person, skills: withLevel(person.skills, skill.id, action.level) });
      }
    } else return;
    event.preventDefault();
  };

  return (
    <div className="min-h-0 flex-1 overflow-auto rounded-lg border border-line bg-surface">
      <table
        ref={box}
        // A table that is worked by keys is a grid (ARIA APG).
        // eslint-disable-next-line jsx-a11y/no-noninteractive-element-to-interactive-role
        role="grid"
        aria-label={t("matrix.title")}
        className="border-separate border-spacing-0 text-md"
      >
        <thead>
          <tr>
            <th
              scope="col"
              className="sticky top-0 left-0 z-20 min-w-40 border-r border-b border-line bg-surface px-3 py-2 text-left font-medium text-ink-2"
            >
              {t("person.name")}
            </th>
            {skills.map((skill) => (
              <th
                key={skill.id}
                scope="col"
                className="sticky top-0 z-10 min-w-20 border-b border-line bg-surface px-2 py-2 text-center font-medium text-ink-2"
              >
                {localName(skill, i18n.language)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {people.map((person, row) => (
            <tr key={person.id}>
              <th
                scope="row"
                className="foreign sticky left-0 z-10 border-r border-b border-line bg-surface px-3 text-left font-medium text-ink"
              >
                {person.name}
              </th>
              {skills.map((skill, column) => {
                const held = heldOf(person.skills, skill.id);
                return (
                  <td
                    key={skill.id}
                    role="gridcell"
                    data-at={`${row}-${column}`}
                    tabIndex={row === here.row && column === here.column ? 0 : -1}
                    aria-label={
                      held
                        ? t(held.minor ? "matrix.cellMinor" : "matrix.cell", {
                            person: person.name,
                            skill: localName(skill, i18n.language),
                            level: held.level,
                          })
                        : t("matrix.cellNone", {
                            person: person.name,
                            skill: localName(skill, i18n.language),
                          })
                    }
                    aria-readonly={!mayWrite}
                    onFocus={() => setAt({ row, column })}
                    onKeyDown={(event) => onKeyDown(event, person, skill, row, column)}
                    className="h-9 border-b border-line px-1 text-center outline-none focus:outline-2 focus:-outline-offset-2 focus:outline-focus"
                  >
                    <Mark held={held} />
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const STRENGTH = [
  "",
  "bg-sunken text-ink-2",
  "bg-accent-soft text-accent-ink",
  "bg-accent-soft text-accent-ink",
  "bg-accent text-on-accent",
  "bg-accent text-on-accent",
];

function Mark({ held }: { held: Held | undefined }) {
  if (!held) return <span className="text-ink-3">·</span>;
  return (
    <span
      className={cx(
        "tabular inline-flex h-6 w-10 items-center justify-center rounded-sm font-semibold",
        held.minor ? "border border-dashed border-edge text-ink-2" : STRENGTH[held.level],
      )}
    >
      {held.level}
    </span>
  );
}
