/** A text to take away: shown whole, copied by one press. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@kit/ui";

export function CopyBox({ label, text }: { label: string; text: string }) {
  const { t } = useTranslation("settings");
  const [state, setState] = useState<"idle" | "copied" | "failed">("idle");
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => setState("copied"),
      () => setState("failed"),
    );
  };
  return (
    <div className="flex flex-col gap-1">
      <div className="flex items-stretch gap-2">
        <code
          aria-label={label}
          className="min-w-0 flex-1 overflow-x-auto rounded-sm border border-line bg-sunken px-3 py-1.5 font-mono text-sm whitespace-pre text-ink select-all"
        >
          {text}
        </code>
        <Button icon={state === "copied" ? "check" : "copy"} onPress={copy}>
          {state === "copied" ? t("copy.done") : t("copy.act")}
        </Button>
      </div>
      <span role="status" className="text-sm text-ink-2">
        {state === "failed" ? (
          t("copy.failed")
        ) : state === "copied" ? (
          <span className="sr-only">{t("copy.done")}</span>
        ) : null}
      </span>
    </div>
  );
}
