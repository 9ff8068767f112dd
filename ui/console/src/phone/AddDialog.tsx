/** Brings a third into the call: a colleague, or a telephone number where there are telephone lines. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useCommand, type HandlingView } from "@kit/feed";
import { Button, Dialog, Notice, TextField } from "@kit/ui";
import { type Target, TargetPicker } from "../desk/Targets.tsx";
import { dialable } from "./model.ts";
import { usePhoneState } from "./store.tsx";
import { useConsult } from "./useConsult.ts";

export function AddDialog({ handling, onClose }: { handling: HandlingView; onClose: () => void }) {
  const { t } = useTranslation("phone");
  const engine = usePhoneState((state) => state.engine);
  const [target, setTarget] = useState<Target | null>(null);
  const [kind, setKind] = useState<"queue" | "person" | "number">("queue");
  const [text, setText] = useState("");
  const consult = useConsult(handling);
  const external = useCommand("AddExternal");
  const number = dialable(text);
  const hasLines = engine !== "embedded";
  const isNumber = kind === "number";
  const add = async () => {
    if (isNumber) {
      if (!number) return;
      const participant_id = crypto.randomUUID();
      if (await external.run({ interaction_id: handling.id, participant_id, number })) onClose();
    } else if (target && (await consult.ask(target, "", false))) onClose();
  };
  const error = external.error ?? consult.error;
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("add.title")}
      isDismissable={false}
      footer={
        <>
          <Button
            variant="primary"
            icon="userPlus"
            isPending={consult.isPending || external.isPending}
            isDisabled={isNumber ? !number || !hasLines : !target || Boolean(handling.consult)}
            onPress={() => void add()}
          >
            {isNumber ? t("add.call") : t("add.invite")}
          </Button>
          <Button onPress={onClose}>{t("shell:kit.cancel")}</Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <p className="text-md text-ink-2">{t("add.help")}</p>
        <TargetPicker
          handling={handling}
          target={target}
          onTarget={setTarget}
          onKind={setKind}
          more={{
            id: "number",
            label: t("add.number"),
            content: hasLines ? (
              <TextField
                label={t("add.number_label")}
                help={t("add.number_help")}
                value={text}
                onChange={setText}
                inputProps={{ type: "tel", autoComplete: "off" }}
                {...(text && !number ? { error: t("add.not_a_number") } : {})}
                className="p-3"
              />
            ) : (
              <Notice className="m-3">{t("add.no_lines")}</Notice>
            ),
          }}
        />
        {handling.consult && !isNumber ? <Notice>{t("add.one_at_a_time")}</Notice> : null}
        {error ? (
          <Notice tone="bad" live>
            {error.title}
          </Notice>
        ) : null}
      </div>
    </Dialog>
  );
}
