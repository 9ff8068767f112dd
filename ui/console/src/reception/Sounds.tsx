/** Sounds of one's own: a WAV file for a prompt in a language, put in its place or taken away. */
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { Badge, Button, IconButton, Notice, toast } from "@kit/ui";
import type { Locale } from "../app/i18n.ts";
import { useSayProblem } from "../versions/data.ts";
import { useDropFile, usePutFile } from "./data.ts";
import { Listen } from "./Listen.tsx";
import type { PromptFile } from "./wire.ts";

interface Props {
  tenant_id: string;
  files: readonly PromptFile[];
  locale: Locale;
  /** The prompt's key. */
  prompt: string;
  /** The prompt of the house that stands in for words without a sound, where it isn't `prompt`'s own. */
  listenTo?: string | undefined;
  /** The words that the sound stands for; empty: the house's own. */
  text: string;
  /** What the prompt is called, for those who can't see where the row stands. */
  name: string;
  mayEdit: boolean;
}

/** Listening and the own file, in one row. */
export function SoundRow({ tenant_id, files, locale, prompt, listenTo, text, name, mayEdit }: Props) {
  const { t } = useTranslation("reception");
  const say = useSayProblem();
  const put = usePutFile(tenant_id);
  const drop = useDropFile(tenant_id);
  const input = useRef<HTMLInputElement>(null);
  const own = files.find((file) => file.key === prompt && file.locale === locale);
  const language = t(`language.${locale}`);
  const failed = put.error ?? drop.error;
  return (
    <div className="flex flex-col gap-1.5">
      <div className="flex flex-wrap items-center gap-2">
        <Badge>{language}</Badge>
        <Listen
          key={own?.sha256 ?? ""}
          tenant_id={tenant_id}
          locale={locale}
          prompt={listenTo ?? prompt}
          text={text}
          label={`${name} · ${language}`}
        />
        {own ? (
          <span className="tabular text-sm text-ink-2">
            <span className="foreign">{own.name || t("sound.own")}</span>
            {` · ${t("sound.length", { seconds: (own.ms / 1000).toFixed(1) })}`}
          </span>
        ) : null}
        {mayEdit ? (
          <>
            <input
              ref={input}
              type="file"
              hidden
              accept=".wav,audio/wav,audio/x-wav"
              data-sound={`${locale} ${prompt}`}
              aria-label={t("sound.choose", { name, language })}
              onChange={(event) => {
                const file = event.target.files?.[0];
                event.target.value = "";
                if (file)
                  put.mutate(
                    { locale, key: prompt, file },
                    {
                      onSuccess: ({ ms }) =>
                        toast("ok", t("sound.stored", { seconds: (ms / 1000).toFixed(1) })),
                    },
                  );
              }}
            />
            <Button
              size="sm"
              variant="ghost"
              icon="upload"
              isPending={put.isPending}
              aria-label={t(own ? "sound.replaceOf" : "sound.choose", { name, language })}
              onPress={() => input.current?.click()}
            >
              {t(own ? "sound.replace" : "sound.upload")}
            </Button>
            {own ? (
              <IconButton
                icon="trash"
                label={t("sound.remove", { name, language })}
                onPress={() => drop.mutate({ locale, key: prompt })}
              />
            ) : null}
          </>
        ) : null}
      </div>
      {failed ? (
        <Notice tone="bad" live>
          {say(failed)}
        </Notice>
      ) : null}
    </div>
  );
}
