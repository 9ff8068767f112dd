/** The parts of the form besides the menus: the beginning, the line, the rating, closed hours, sounds. */
import { useTranslation } from "react-i18next";
import { NumberField, Select, Switch } from "@kit/ui";
import { Pair } from "../settings/parts/fields.tsx";
import { Group } from "../settings/parts/Page.tsx";
import { Findings } from "../versions/Findings.tsx";
import { findingsAt } from "../versions/findings.ts";
import type { Editor, Named } from "./editor.ts";
import { KEYS } from "./model.ts";
import { RecordingWords } from "./RecordingWords.tsx";
import { SpeechFields } from "./SpeechFields.tsx";
import { SoundRow } from "./Sounds.tsx";
import type { Flow, PromptCard } from "./wire.ts";

const NONE = "none";

export function BeginPanel({ editor }: { editor: Editor }) {
  const { t } = useTranslation("reception");
  const { flow, change, mayEdit, usual } = editor;
  return (
    <div className="flex flex-col gap-4">
      <Group title={t("begin.greeting")}>
        <SpeechFields
          editor={editor}
          name={t("begin.greeting")}
          prompt="greeting"
          path="greeting"
          speech={flow.greeting}
          onChange={(greeting) => change({ greeting })}
          usual={usual("greeting")}
        />
      </Group>
      <RecordingWords editor={editor} />
      <Group title={t("begin.after")} explain={t("begin.afterExplain")}>
        <Pair>
          <Select
            label={t("begin.first")}
            isDisabled={!mayEdit}
            value={flow.first || NONE}
            onChange={(id) => change({ first: id === NONE ? "" : id })}
            options={[
              { id: NONE, label: t("begin.noMenu") },
              ...flow.menus.map(({ id, name }) => ({ id, label: name || id })),
            ]}
          />
          <Select
            label={t("begin.person")}
            isDisabled={!mayEdit}
            value={flow.person || null}
            onChange={(person) => change({ person })}
            options={editor.queues}
          />
        </Pair>
        <Findings errors={findingsAt(editor.errors, "person", "first")} />
      </Group>
    </div>
  );
}

export function LinePanel({ editor }: { editor: Editor }) {
  const { t } = useTranslation("reception");
  const { queueing } = editor.flow;
  const set = (patch: Partial<Flow["queueing"]>) => editor.change({ queueing: { ...queueing, ...patch } });
  const keys: Named[] = [{ id: NONE, label: t("line.noKey") }, ...KEYS.map((id) => ({ id: id, label: id }))];
  const music = [...new Set(editor.files.map(({ key }) => key))].filter((key) => key.startsWith("own."));
  return (
    <div className="flex flex-col gap-4">
      <Group title={t("line.announcements")} explain={t("line.explain")}>
        <NumberField
          label={t("line.every")}
          className="max-w-56"
          value={queueing.announce_every_s}
          minValue={15}
          maxValue={600}
          isReadOnly={!editor.mayEdit}
          onChange={(value) => set({ announce_every_s: Number.isNaN(value) ? 45 : Math.round(value) })}
        />
        <Switch
          isSelected={queueing.say_position}
          isDisabled={!editor.mayEdit}
          onChange={(say_position) => set({ say_position })}
        >
          <span className="text-md">{t("line.position")}</span>
        </Switch>
        <Switch
          isSelected={queueing.say_wait}
          isDisabled={!editor.mayEdit}
          onChange={(say_wait) => set({ say_wait })}
        >
          <span className="text-md">{t("line.wait")}</span>
        </Switch>
      </Group>
      <Group title={t("line.keys")} explain={t("line.keysExplain")}>
        <Pair>
          {(["call_back_key", "voicemail_key"] as const).map((field) => (
            <Select
              key={field}
              label={t(`line.${field}`)}
              isDisabled={!editor.mayEdit}
              value={queueing[field] || NONE}
              onChange={(key) => set({ [field]: key === NONE ? "" : key })}
              options={keys}
            />
          ))}
        </Pair>
        <Findings errors={findingsAt(editor.errors, "queueing")} />
      </Group>
      <Group title={t("line.music")} explain={t("line.musicExplain")}>
        <Select
          label={t("line.music")}
          className="max-w-96"
          isDisabled={!editor.mayEdit}
          value={queueing.music || NONE}
          onChange={(key) => set({ music: key === NONE ? "" : key })}
          options={[{ id: NONE, label: t("line.houseMusic") }, ...music.map((id) => ({ id, label: id }))]}
        />
        <SoundRow
          tenant_id={editor.tenant_id}
          files={editor.files}
          locale="zh-CN"
          prompt="own.music"
          text=""
          name={t("line.music")}
          mayEdit={editor.mayEdit}
        />
      </Group>
    </div>
  );
}

export function RatingPanel({ editor }: { editor: Editor }) {
  const { t } = useTranslation("reception");
  const { rating } = editor.flow;
  return (
    <Group title={t("rating.title")} explain={t("rating.explain")}>
      <Switch
        isSelected={rating.on}
        isDisabled={!editor.mayEdit}
        onChange={(on) => editor.change({ rating: { ...rating, on } })}
      >
        <span className="text-md">{t("rating.on")}</span>
      </Switch>
      {rating.on ? (
        <SpeechFields
          editor={editor}
          name={t("rating.question")}
          prompt="rate_intro"
          path="rating"
          speech={rating.speech}
          onChange={(speech) => editor.change({ rating: { ...rating, speech } })}
          usual={editor.usual("rate_intro")}
        />
      ) : null}
    </Group>
  );
}

export function ClosedPanel({ editor }: { editor: Editor }) {
  const { t } = useTranslation("reception");
  const { closed } = editor.flow;
  const set = (patch: Partial<Flow["closed"]>) => editor.change({ closed: { ...closed, ...patch } });
  return (
    <div className="flex flex-col gap-4">
      <Group title={t("closed.title")} explain={t("closed.explain")}>
        <Select
          label={t("closed.hours")}
          className="max-w-96"
          isDisabled={!editor.mayEdit}
          value={closed.hours_id ?? NONE}
          onChange={(id) => set({ hours_id: id === NONE ? null : id })}
          options={[{ id: NONE, label: t("closed.always") }, ...editor.hours]}
        />
        <Findings errors={findingsAt(editor.errors, "closed.hours_id")} />
        {(["call_back", "voicemail"] as const).map((field) => (
          <Switch
            key={field}
            isSelected={closed[field]}
            isDisabled={!editor.mayEdit}
            onChange={(on) => set({ [field]: on })}
          >
            <span className="text-md">{t(`closed.${field}`)}</span>
          </Switch>
        ))}
      </Group>
      <Group title={t("closed.words")}>
        <SpeechFields
          editor={editor}
          name={t("closed.words")}
          prompt="closed"
          path="closed.speech"
          speech={closed.speech}
          onChange={(speech) => set({ speech })}
          usual={editor.usual("closed")}
        />
      </Group>
    </div>
  );
}

/** Every sentence of the house: to listen to, and to be replaced by a recording. */
export function SoundsPanel({
  editor,
  prompts,
  tts,
}: {
  editor: Editor;
  prompts: readonly PromptCard[];
  tts: boolean;
}) {
  const { t } = useTranslation("reception");
  return (
    <Group title={t("sounds.title")} explain={t(tts ? "sounds.explainTts" : "sounds.explain")}>
      <ul className="flex flex-col">
        {prompts.map((prompt) => (
          <li
            key={prompt.key}
            className="flex flex-col gap-1.5 border-b border-line py-3 first:pt-0 last:border-b-0"
          >
            {(["zh-CN", "en"] as const).map((locale) => {
              const text = locale === "en" ? prompt.text_en : prompt.text;
              return (
                <div key={locale} className="flex flex-col gap-1">
                  <p lang={locale} className="text-md text-ink">
                    {text}
                  </p>
                  <SoundRow
                    tenant_id={editor.tenant_id}
                    files={editor.files}
                    locale={locale}
                    prompt={prompt.key}
                    text=""
                    name={text}
                    mayEdit={editor.mayEdit && !prompt.fixed}
                  />
                </div>
              );
            })}
            {prompt.fixed ? <p className="text-sm text-ink-3">{t("sounds.fixed")}</p> : null}
          </li>
        ))}
      </ul>
    </Group>
  );
}
