import type { ReactNode } from "react";
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { Button, IconButton, type ButtonVariant } from "./Button.tsx";
import { cx } from "./cx.ts";

interface Props {
  isOpen: boolean;
  onClose: () => void;
  title: string;
  children: ReactNode;
  /** Buttons at the foot; the first is nearest the reading end. */
  footer?: ReactNode;
  size?: "sm" | "md" | "lg";
  /** A click beside it closes it. Off where words could be lost. */
  isDismissable?: boolean;
  role?: "dialog" | "alertdialog";
}

const widths = { sm: "max-w-sm", md: "max-w-lg", lg: "max-w-3xl" };

/** A modal dialog: focus stays inside, Escape closes it, focus goes back to where it was. */
export function Dialog({
  isOpen,
  onClose,
  title,
  children,
  footer,
  size = "md",
  isDismissable = true,
  role,
}: Props) {
  const { t } = useTranslation("shell");
  return (
    <ModalOverlay
      isOpen={isOpen}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      isDismissable={isDismissable}
      className="fixed inset-0 z-[var(--rx-z-dialog)] flex items-start justify-center overflow-y-auto bg-scrim p-4 pt-[10vh] data-entering:enter"
    >
      <Modal className={cx("w-full rounded-lg border border-line bg-raised shadow-4", widths[size])}>
        <AriaDialog role={role ?? "dialog"} className="flex max-h-[80vh] flex-col outline-none">
          <header className="flex items-center justify-between gap-4 px-5 pt-4 pb-2">
            <Heading slot="title" className="text-lg font-semibold text-ink">
              {title}
            </Heading>
            <IconButton icon="close" size="sm" label={t("kit.close")} onPress={onClose} className="-mr-1.5" />
          </header>
          <div className="min-h-0 flex-1 overflow-y-auto px-5 py-2">{children}</div>
          {footer ? (
            <footer className="flex flex-row-reverse gap-2 px-5 pt-2 pb-4">{footer}</footer>
          ) : (
            <div className="pb-3" />
          )}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

interface ConfirmProps {
  isOpen: boolean;
  onClose: () => void;
  onConfirm: () => void;
  title: string;
  children: ReactNode;
  confirm: string;
  variant?: ButtonVariant;
  isPending?: boolean;
  /** Where the focus begins: `cancel` (default) unless the act is harmless and frequent. */
  focus?: "cancel" | "confirm";
}

/** Asks before something that can't be taken back. */
export function ConfirmDialog({
  isOpen,
  onClose,
  onConfirm,
  title,
  children,
  confirm,
  variant = "danger",
  isPending,
  focus = "cancel",
}: ConfirmProps) {
  const { t } = useTranslation("shell");
  return (
    <Dialog
      isOpen={isOpen}
      onClose={onClose}
      title={title}
      size="sm"
      role="alertdialog"
      isDismissable={false}
      footer={
        <>
          <Button
            variant={variant}
            onPress={onConfirm}
            isPending={isPending ?? false}
            autoFocus={focus === "confirm"}
          >
            {confirm}
          </Button>
          <Button onPress={onClose} autoFocus={focus === "cancel"}>
            {t("kit.cancel")}
          </Button>
        </>
      }
    >
      <div className="text-base text-ink-2">{children}</div>
    </Dialog>
  );
}
