/** Passing a live call on by a code: shown here, typed there. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, Dialog, TextField } from "@kit/ui";
import { foldCode } from "./model.ts";
import { usePhone } from "./store.tsx";

export function PassDialog({ code, onClose }: { code: string; onClose: () => void }) {
  const { t } = useTranslation("phone");
  return (
    <Dialog isOpen onClose={onClose} title={t("pass.title")} size="sm">
      <p className="text-md text-ink-2">{t("pass.help")}</p>
      <p
        className="my-4 text-center font-mono text-3xl font-semibold tracking-[0.2em] text-ink"
        // Read one by one, as one would dictate it.
        aria-label={[...code].join(" ")}
        role="img"
      >
        {code}
      </p>
      <p className="text-sm text-ink-3">{t("pass.safe")}</p>
    </Dialog>
  );
}

export function TakeDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("phone");
  const phone = usePhone();
  const [text, setText] = useState("");
  const code = foldCode(text);
  const take = () => {
    if (!code) return;
    phone.take("", code);
    onClose();
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("take.title")}
      size="sm"
      footer={
        <>
          <Button variant="primary" icon="headset" isDisabled={!code} onPress={take}>
            {t("take.take")}
          </Button>
          <Button onPress={onClose}>{t("shell:kit.cancel")}</Button>
        </>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          take();
        }}
      >
        <TextField
          label={t("take.code")}
          help={t("take.help")}
          value={text}
          onChange={setText}
          autoFocus
          inputProps={{ autoComplete: "off", spellCheck: "false" }}
        />
      </form>
    </Dialog>
  );
}
