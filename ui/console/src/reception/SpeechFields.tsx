/** What is said, in both languages, with its sound. */
import { useTranslation } from "react-i18next";
import { TextField } from "@kit/ui";
import { Findings } from "../versions/Findings.tsx";
import { findingsAt } from "../versions/findings.ts";
import { SoundRow } from "./Sounds.tsx";
import type { Editor } from "./editor.ts";
import type { Speech } from "./wire.ts";

interface Props {
  editor: Editor;
  /** What it is called. */
  name: string;
  /** The prompt's key. */
  prompt: string;
  /** As in `SoundRow`. */
  listenTo?: string;
  /** `greeting`, `menus.0.speech` … */
  path: string;
  speech: Speech;
  onChange: (speech: Speech) => void;
  /** What is said when nothing is written. */
  usual: { text: string; text_en: string };
}

export function SpeechFields({ editor, name, prompt, listenTo, path, speech, onChange, usual }: Props) {
  const { t } = useTranslation("reception");
  const common = {
    tenant_id: editor.tenant_id,
    files: editor.files,
    prompt: speech.prompt || prompt,
    listenTo,
    name,
  };
  return (
    <div className="flex flex-col gap-3">
      {(["zh-CN", "en"] as const).map((locale) => {
        const field = locale === "en" ? "text_en" : "text";
        return (
          <div key={locale} className="flex flex-col gap-1.5">
            <TextField
              label={t("speech.label", { name, language: t(`language.${locale}`) })}
              placeholder={usual[field]}
              rows={2}
              maxLength={500}
              isReadOnly={!editor.mayEdit}
              value={speech[field]}
              onChange={(text) => onChange({ ...speech, [field]: text })}
            />
            <SoundRow
              {...common}
              locale={locale}
              text={speech[field] || usual[field]}
              mayEdit={editor.mayEdit}
            />
          </div>
        );
      })}
      <Findings errors={findingsAt(editor.errors, path)} warnings={findingsAt(editor.warnings, path)} />
    </div>
  );
}
