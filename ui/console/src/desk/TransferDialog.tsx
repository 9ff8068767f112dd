/** Hands the interaction to a queue or a person: at once, or, with a call, after asking first. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useCommand, type HandlingView } from "@kit/feed";
import { Button, Dialog, Notice, TextField, toast } from "@kit/ui";
import { isCall } from "../phone/model.ts";
import { useConsult } from "../phone/useConsult.ts";
import { customerName } from "./model.ts";
import { addressOf, type Target, TargetPicker } from "./Targets.tsx";

export function TransferDialog({ handling, onClose }: { handling: HandlingView; onClose: () => void }) {
  const { t } = useTranslation("desk");
  const [target, setTarget] = useState<Target | null>(null);
  const [note, setNote] = useState("");
  const transfer = useCommand("TransferInteraction");
  const consult = useConsult(handling);
  const mayAsk = isCall(handling) && !handling.consult;
  const words = note.trim();
  const go = async () => {
    if (!target) return;
    const ack = await transfer.run({
      interaction_id: handling.id,
      ...addressOf(target),
      ...(words ? { note: words } : {}),
    });
    if (!ack) return;
    toast("ok", t("transfer.done", { target: target.name }));
    onClose();
  };
  const ask = async () => {
    if (target && (await consult.ask(target, words, true))) onClose();
  };
  const error = transfer.error ?? consult.error;

  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("transfer.title", { customer: customerName(handling.customer, t("customer.unnamed")) })}
      isDismissable={false}
      footer={
        <>
          <Button
            variant="primary"
            icon="transfer"
            onPress={() => void go()}
            isPending={transfer.isPending}
            isDisabled={!target || consult.isPending}
          >
            {target
              ? t(mayAsk ? "phone:transfer.blind_to" : "transfer.to", { target: target.name })
              : t("transfer.choose")}
          </Button>
          {mayAsk ? (
            <Button
              icon="chat"
              onPress={() => void ask()}
              isPending={consult.isPending}
              isDisabled={!target || transfer.isPending}
            >
              {t("phone:transfer.ask")}
            </Button>
          ) : null}
          <Button onPress={onClose}>{t("shell:kit.cancel")}</Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <TargetPicker handling={handling} target={target} onTarget={setTarget} />
        <TextField
          label={t("transfer.note")}
          help={t(mayAsk ? "phone:transfer.note_help" : "transfer.note_help")}
          rows={2}
          value={note}
          onChange={setNote}
          maxLength={2_000}
        />
        {error ? (
          <Notice tone="bad" live>
            {error.title}
          </Notice>
        ) : null}
      </div>
    </Dialog>
  );
}
