/** A form in a dialog: saves on Enter, keeps what was typed on error, asks before throwing typed words away. */
import { type FormEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, ConfirmDialog, Dialog, Notice } from "@kit/ui";
import type { Form } from "./useForm.ts";

interface Props<T extends object> {
  title: string;
  form: Form<T>;
  onClose: () => void;
  onSubmit: () => void;
  isPending: boolean;
  submit?: string;
  size?: "sm" | "md" | "lg";
  children: ReactNode;
}

export function FormDialog<T extends object>({
  title,
  form,
  onClose,
  onSubmit,
  isPending,
  submit,
  size,
  children,
}: Props<T>) {
  const { t } = useTranslation("settings");
  const id = useId();
  const [leaving, setLeaving] = useState(false);
  const close = () => {
    if (form.dirty) setLeaving(true);
    else onClose();
  };
  return (
    <>
      <Dialog
        isOpen
        onClose={close}
        title={title}
        size={size ?? "md"}
        isDismissable={!form.dirty}
        footer={
          <>
            <Button type="submit" form={id} variant="primary" isPending={isPending}>
              {submit ?? t("save")}
            </Button>
            <Button onPress={close}>{t("cancel")}</Button>
          </>
        }
      >
        <FormBody id={id} form={form} onSubmit={onSubmit}>
          {children}
        </FormBody>
      </Dialog>
      <ConfirmDialog
        isOpen={leaving}
        onClose={() => setLeaving(false)}
        onConfirm={onClose}
        title={t("leave.title")}
        confirm={t("leave.confirm")}
      >
        {t("leave.text")}
      </ConfirmDialog>
    </>
  );
}

interface BodyProps<T extends object> {
  id: string;
  form: Form<T>;
  onSubmit: () => void;
  children: ReactNode;
}

/** The form itself: general problems on top, the focus on the first field at fault after a refusal. */
export function FormBody<T extends object>({ id, form, onSubmit, children }: BodyProps<T>) {
  const box = useRef<HTMLFormElement>(null);
  const { refusals } = form;
  useEffect(() => {
    if (refusals === 0) return;
    const fault = box.current?.querySelector<HTMLElement>(
      "[aria-invalid='true'], [data-invalid] input, [data-invalid] button, [role='alert']",
    );
    fault?.focus();
    // Not at the edge: what is wrong stands below the field.
    fault?.scrollIntoView({ block: "center" });
  }, [refusals]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <form ref={box} id={id} onSubmit={submit} noValidate className="flex flex-col gap-4 py-1">
      {form.problem.general.map((text) => (
        <Notice key={text} tone="bad" live>
          {text}
        </Notice>
      ))}
      {children}
    </form>
  );
}
