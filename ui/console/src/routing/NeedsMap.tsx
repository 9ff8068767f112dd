/** Skills, teams, partners and sites with the least level that each asks for. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ComboBox, IconButton } from "@kit/ui";
import { LevelSelect } from "../settings/parts/fields.tsx";
import type { Words } from "./names.ts";
import type { Needs } from "./wire.ts";

interface Props {
  value: Needs;
  onChange: (value: Needs) => void;
  words: Words;
  label: string;
}

export function NeedsMap({ value, onChange, words, label }: Props) {
  const { t } = useTranslation("routing");
  const [adding, setAdding] = useState(0);
  const free = words.needs.filter(({ id }) => !(id in value));
  const without = (key: string) =>
    Object.fromEntries(Object.entries(value).filter(([other]) => other !== key));
  return (
    <div role="group" aria-label={label} className="flex flex-col gap-2">
      {Object.keys(value).length === 0 ? (
        <p className="text-md text-ink-3">{t("step.needsAnyone")}</p>
      ) : (
        <ul className="flex flex-col gap-1.5">
          {Object.entries(value).map(([key, level]) => (
            <li key={key} className="flex flex-wrap items-center gap-2">
              <span className="foreign min-w-24 flex-1 text-md text-ink">{words.of(key)}</span>
              {words.isPlain(key) ? (
                <LevelSelect
                  label={t("step.levelOf", { skill: words.of(key) })}
                  value={level}
                  onChange={(chosen) => onChange({ ...value, [key]: chosen })}
                />
              ) : null}
              <IconButton
                icon="trash"
                label={t("step.removeNeed", { skill: words.of(key) })}
                onPress={() => onChange(without(key))}
              />
            </li>
          ))}
        </ul>
      )}
      {free.length > 0 ? (
        <ComboBox
          // A fresh box after each choice.
          key={adding}
          label={t("step.addNeed")}
          placeholder={t("step.addNeedPlaceholder")}
          emptyText={t("nothingFound")}
          className="max-w-80"
          value={null}
          onChange={(key) => {
            if (!key) return;
            onChange({ ...value, [key]: 1 });
            setAdding((n) => n + 1);
          }}
          options={free}
        />
      ) : null}
    </div>
  );
}
