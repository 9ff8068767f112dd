/** One menu: its keys in order, where each leads, and what is said. Made for the keyboard: every row is fields and buttons. */
import { useTranslation } from "react-i18next";
import { Button, IconButton, NumberField, Select, TextField } from "@kit/ui";
import { Pair } from "../settings/parts/fields.tsx";
import { Group } from "../settings/parts/Page.tsx";
import { Findings } from "../versions/Findings.tsx";
import { exactlyAt, findingsAt } from "../versions/findings.ts";
import type { Editor } from "./editor.ts";
import { changeAt, freeKey, KEYS, MOST_OPTIONS, moved, readOut, targetOf, withOption } from "./model.ts";
import { SpeechFields } from "./SpeechFields.tsx";
import { TargetField } from "./TargetField.tsx";
import type { Menu, Option } from "./wire.ts";

interface Props {
  editor: Editor;
  menu: Menu;
  index: number;
  onRemove: () => void;
}

export function MenuPanel({ editor, menu, index, onRemove }: Props) {
  const { t } = useTranslation("reception");
  const path = `menus.${index}`;
  const change = (patch: Partial<Menu>) =>
    editor.change({ menus: changeAt(editor.flow.menus, index, patch) });
  const setOption = (at: number, patch: Partial<Option>) =>
    change({ options: changeAt(menu.options, at, patch) });
  const said = { text: readOut(menu, "zh-CN", editor.words), text_en: readOut(menu, "en", editor.words) };
  const here = [path, `${path}.id`, `${path}.name`].flatMap((place) => exactlyAt(editor.errors, place));
  return (
    <div className="flex flex-col gap-4">
      <Pair>
        <TextField
          label={t("menu.name")}
          value={menu.name}
          maxLength={80}
          isReadOnly={!editor.mayEdit}
          onChange={(name) => change({ name })}
        />
        <NumberField
          label={t("menu.timeout")}
          value={menu.timeout_s}
          minValue={2}
          maxValue={30}
          isReadOnly={!editor.mayEdit}
          onChange={(value) => change({ timeout_s: Number.isNaN(value) ? 6 : Math.round(value) })}
        />
      </Pair>
      <Findings
        errors={[...here, ...findingsAt(editor.errors, `${path}.timeout_s`)]}
        warnings={exactlyAt(editor.warnings, path)}
      />
      <Group title={t("menu.keys")} explain={t("menu.keysExplain")}>
        <ol className="flex flex-col gap-2" aria-label={t("menu.keys")}>
          {menu.options.map((option, at) => (
            <OptionRow
              key={at}
              editor={editor}
              path={`${path}.options.${at}`}
              option={option}
              set={(patch) => setOption(at, patch)}
              isFirst={at === 0}
              isLast={at === menu.options.length - 1}
              onMove={(by) => change({ options: moved(menu.options, at, by) })}
              onRemove={() => change({ options: menu.options.filter((_, other) => other !== at) })}
            />
          ))}
          <li className="flex items-center gap-3 rounded-sm bg-sunken px-3 py-2 text-md text-ink-2">
            <kbd className="tabular font-semibold text-ink">0</kbd>
            {t("menu.personKey")}
          </li>
        </ol>
        <Findings errors={exactlyAt(editor.errors, `${path}.options`)} />
        {editor.mayEdit ? (
          <div>
            <Button
              size="sm"
              icon="plus"
              isDisabled={menu.options.length >= MOST_OPTIONS || freeKey(menu) === ""}
              onPress={() => change(withOption(menu, editor.queues[0]?.id ?? ""))}
            >
              {t("menu.addKey")}
            </Button>
          </div>
        ) : null}
      </Group>
      <Group title={t("menu.late")} explain={t("menu.lateExplain")}>
        <TargetField
          editor={editor}
          label={t("menu.late")}
          to={menu.timeout_to ?? targetOf("person")}
          kinds={["person", "queue", "menu", "call_back", "voicemail"]}
          onChange={(to) => change({ timeout_to: to.kind === "person" ? null : to })}
        />
        <Findings errors={findingsAt(editor.errors, `${path}.timeout_to`)} />
      </Group>
      <Group title={t("menu.words")} explain={t("menu.wordsExplain")}>
        <SpeechFields
          editor={editor}
          name={t("menu.words")}
          prompt={`menu.${menu.id}`}
          path={`${path}.speech`}
          speech={menu.speech}
          onChange={(speech) => change({ speech })}
          usual={said}
        />
      </Group>
      {editor.mayEdit ? (
        <div>
          <Button size="sm" variant="ghost" icon="trash" className="text-bad-ink!" onPress={onRemove}>
            {t("menu.remove")}
          </Button>
        </div>
      ) : null}
    </div>
  );
}

interface RowProps {
  editor: Editor;
  path: string;
  option: Option;
  set: (patch: Partial<Option>) => void;
  isFirst: boolean;
  isLast: boolean;
  onMove: (by: -1 | 1) => void;
  onRemove: () => void;
}

function OptionRow({ editor, path, option, set, isFirst, isLast, onMove, onRemove }: RowProps) {
  const { t } = useTranslation("reception");
  const name = option.label || option.key;
  const keys = option.to.kind === "person" ? ["0", ...KEYS] : [...KEYS];
  return (
    <li className="flex flex-col gap-1.5 rounded-md border border-line p-2">
      <div className="grid grid-cols-[76px_minmax(0,1fr)_minmax(0,1fr)_auto] items-end gap-2">
        <Select
          label={t("option.key")}
          isDisabled={!editor.mayEdit}
          value={option.key || null}
          onChange={(key) => set({ key })}
          options={keys.map((id) => ({ id, label: id }))}
        />
        <TextField
          label={t("option.label")}
          value={option.label}
          maxLength={80}
          isReadOnly={!editor.mayEdit}
          onChange={(label) => set({ label })}
        />
        <TextField
          label={t("option.labelEn")}
          value={option.label_en}
          maxLength={80}
          isReadOnly={!editor.mayEdit}
          onChange={(label_en) => set({ label_en })}
        />
        {editor.mayEdit ? (
          <div className="flex items-center">
            <IconButton
              icon="arrowUp"
              label={t("option.up", { name })}
              isDisabled={isFirst}
              onPress={() => onMove(-1)}
            />
            <IconButton
              icon="arrowDown"
              label={t("option.down", { name })}
              isDisabled={isLast}
              onPress={() => onMove(1)}
            />
            <IconButton icon="trash" label={t("option.remove", { name })} onPress={onRemove} />
          </div>
        ) : null}
      </div>
      <TargetField
        editor={editor}
        label={t("option.to", { name })}
        to={option.to}
        onChange={(to) => set({ to })}
      />
      <Findings errors={findingsAt(editor.errors, path)} />
    </li>
  );
}
