/** What callers hear of the recording: the rule as it is, read only, and the words that it uses. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Skeleton } from "@kit/ui";
import { ruleQuery } from "../recordings/data.ts";
import type { Rule } from "../recordings/wire.ts";
import { Group, LoadFailed } from "../settings/parts/Page.tsx";
import { Findings } from "../versions/Findings.tsx";
import { findingsAt } from "../versions/findings.ts";
import type { Editor } from "./editor.ts";
import { SpeechFields } from "./SpeechFields.tsx";

const WORDS = { always: "notice", prompt: "question", never: null } as const;
const PROMPTS = { notice: "recording_consent", question: "recording_ask" } as const;

export function RecordingWords({ editor }: { editor: Editor }) {
  const { t } = useTranslation("reception");
  const rule = useQuery(ruleQuery(editor.tenant_id));
  return (
    <Group title={t("begin.consent")} explain={t("begin.consentExplain")}>
      {rule.data ? (
        <ByRule editor={editor} consent={rule.data.consent} />
      ) : rule.isError ? (
        <LoadFailed error={rule.error} onRetry={() => void rule.refetch()} />
      ) : (
        <Skeleton lines={4} />
      )}
    </Group>
  );
}

function ByRule({ editor, consent }: { editor: Editor; consent: Rule["consent"] }) {
  const { t } = useTranslation("reception");
  const { flow, change, usual, errors, warnings } = editor;
  const used = WORDS[consent];
  const unused = (["notice", "question"] as const)
    .filter((part) => part !== used)
    .map((part) => `consent.${part}`);
  return (
    <>
      <p className="text-md text-ink">
        {t("begin.rule", { rule: t(`recordings:rule.consents.${consent}`) })}{" "}
        <Link
          to="/app/settings/$section"
          params={{ section: "recordings" }}
          search={{ tenant: editor.tenant_id }}
          className="text-accent-ink underline"
        >
          {t("begin.ruleLink")}
        </Link>
      </p>
      {used ? (
        <>
          {used === "question" ? <p className="text-sm text-ink-3">{t("begin.questionExplain")}</p> : null}
          <SpeechFields
            key={used}
            editor={editor}
            name={t(`begin.${used}`)}
            prompt={PROMPTS[used]}
            path={`consent.${used}`}
            speech={flow.consent[used]}
            onChange={(speech) => change({ consent: { ...flow.consent, [used]: speech } })}
            usual={usual(PROMPTS[used])}
          />
        </>
      ) : null}
      <Findings errors={findingsAt(errors, ...unused)} warnings={findingsAt(warnings, ...unused)} />
    </>
  );
}
