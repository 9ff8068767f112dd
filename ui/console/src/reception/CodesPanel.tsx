/** Codes that agents may have callers type: how long, what is said, who sees what of them. */
import { useTranslation } from "react-i18next";
import { Button, NumberField, Select, Switch, TextField } from "@kit/ui";
import { Pair } from "../settings/parts/fields.tsx";
import { Group } from "../settings/parts/Page.tsx";
import { Findings } from "../versions/Findings.tsx";
import { findingsAt } from "../versions/findings.ts";
import type { Editor } from "./editor.ts";
import { changeAt, MOST_CODES, withCode } from "./model.ts";
import { SpeechFields } from "./SpeechFields.tsx";
import { type Code, CODE_SHOWN } from "./wire.ts";

const HERE = ["id", "title", "title_en", "least", "most", "end_key", "timeout_s", "shown"];

export function CodesPanel({ editor }: { editor: Editor }) {
  const { t } = useTranslation("reception");
  const { codes } = editor.flow;
  return (
    <div className="flex flex-col gap-4">
      <p className="text-md text-ink-2">{t("codes.explain")}</p>
      {codes.length === 0 ? <p className="text-md text-ink-3">{t("codes.none")}</p> : null}
      {codes.map((code, index) => (
        <CodeFields
          key={code.id}
          editor={editor}
          code={code}
          path={`codes.${index}`}
          set={(patch) => editor.change({ codes: changeAt(codes, index, patch) })}
          onRemove={() => editor.change({ codes: codes.filter((_, other) => other !== index) })}
        />
      ))}
      {editor.mayEdit ? (
        <div>
          <Button
            size="sm"
            icon="plus"
            isDisabled={codes.length >= MOST_CODES}
            onPress={() => editor.change({ codes: withCode(codes) })}
          >
            {t("codes.add")}
          </Button>
        </div>
      ) : null}
    </div>
  );
}

interface FieldsProps {
  editor: Editor;
  code: Code;
  path: string;
  set: (patch: Partial<Code>) => void;
  onRemove: () => void;
}

function CodeFields({ editor, code, path, set, onRemove }: FieldsProps) {
  const { t } = useTranslation("reception");
  const name = code.title || t("codes.untitled");
  const isReadOnly = !editor.mayEdit;
  const words = code.end_key ? "code" : "code_no_hash";
  const places = HERE.map((field) => `${path}.${field}`);
  return (
    <Group title={name}>
      <Pair>
        <TextField
          label={t("codes.title")}
          value={code.title}
          maxLength={80}
          isReadOnly={isReadOnly}
          onChange={(title) => set({ title })}
        />
        <TextField
          label={t("codes.titleEn")}
          value={code.title_en}
          maxLength={80}
          isReadOnly={isReadOnly}
          onChange={(title_en) => set({ title_en })}
        />
      </Pair>
      <Pair>
        <Digits name="least" code={code} isReadOnly={isReadOnly} set={set} />
        <Digits name="most" code={code} isReadOnly={isReadOnly} set={set} />
      </Pair>
      <Pair>
        <NumberField
          label={t("codes.timeout")}
          value={code.timeout_s}
          minValue={3}
          maxValue={60}
          isReadOnly={isReadOnly}
          onChange={(value) => set({ timeout_s: Number.isNaN(value) ? 10 : Math.round(value) })}
        />
        <Select
          label={t("codes.shown")}
          isDisabled={isReadOnly}
          value={code.shown}
          onChange={(shown) => set({ shown })}
          options={CODE_SHOWN.map((id) => ({ id, label: t(`codes.shown_${id}`) }))}
        />
      </Pair>
      <Switch isSelected={code.secret} isDisabled={isReadOnly} onChange={(secret) => set({ secret })}>
        <span className="text-md">{t(code.secret ? "codes.secret" : "codes.secretOff")}</span>
      </Switch>
      <Switch
        isSelected={code.end_key === "#"}
        isDisabled={isReadOnly}
        onChange={(on) => set({ end_key: on ? "#" : "" })}
      >
        <span className="text-md">{t("codes.end")}</span>
      </Switch>
      <p className="text-sm text-ink-3">{t("codes.endHelp")}</p>
      <Findings
        errors={findingsAt(editor.errors, ...places)}
        warnings={findingsAt(editor.warnings, ...places)}
      />
      <SpeechFields
        editor={editor}
        name={t("codes.words")}
        prompt={`code.${code.id}`}
        listenTo={`${words}.${code.id}`}
        path={`${path}.speech`}
        speech={code.speech}
        onChange={(speech) => set({ speech })}
        usual={editor.usual(words)}
      />
      {editor.mayEdit ? (
        <div>
          <Button size="sm" variant="ghost" icon="trash" className="text-bad-ink!" onPress={onRemove}>
            {t("codes.remove", { name })}
          </Button>
        </div>
      ) : null}
    </Group>
  );
}

interface DigitsProps {
  name: "least" | "most";
  code: Code;
  isReadOnly: boolean;
  set: (patch: Partial<Code>) => void;
}

function Digits({ name, code, isReadOnly, set }: DigitsProps) {
  const { t } = useTranslation("reception");
  return (
    <NumberField
      label={t(`codes.${name}`)}
      value={code[name]}
      minValue={1}
      maxValue={32}
      isReadOnly={isReadOnly}
      onChange={(value) => set({ [name]: Number.isNaN(value) ? 6 : Math.round(value) })}
    />
  );
}
