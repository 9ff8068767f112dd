/** One handling: who it is, what was said, what to do about it. */
import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import {
  useCommand,
  useFeed,
  useServerNow,
  useTopicStatus,
  type ContactData,
  type HandlingView,
} from "@kit/feed";
import {
  Badge,
  Button,
  ConfirmDialog,
  Icon,
  IconButton,
  Notice,
  StateBadge,
  toast,
  WithTooltip,
} from "@kit/ui";
import { stopwatch } from "@kit/time.ts";
import { type AppCommand, useCommands } from "../app/commands.ts";
import { useShortcut } from "../app/shortcuts.ts";
import { CallCard } from "../phone/CallCard.tsx";
import { Composer } from "./Composer.tsx";
import { customerName, endedWords, origin } from "./model.ts";
import { useOutbox } from "./useOutbox.ts";
import { Timeline } from "./Timeline.tsx";
import { TransferDialog } from "./TransferDialog.tsx";
import type { Panel } from "./usePanel.ts";
import { useMarkRead } from "./useMarkRead.ts";
import { WrapUpPanel } from "./WrapUpPanel.tsx";

const all = (data: Partial<ContactData> | undefined) => data;

export function Conversation({ handling, panel }: { handling: HandlingView; panel: Panel }) {
  const { t } = useTranslation("desk");
  const topic = `contact:${handling.contact_id}` as const;
  const data = useFeed(topic, all);
  const status = useTopicStatus(topic);
  const outbox = useOutbox();
  const out = useSyncExternalStore(outbox.items.watch, outbox.items.get);
  const own = useMemo(() => out.filter((item) => item.interaction_id === handling.id), [out, handling.id]);
  const messages = data?.messages;
  const [atEnd, setAtEnd] = useState(true);
  useMarkRead(handling, messages, atEnd);
  useEffect(() => outbox.settle((id) => messages?.[id] !== undefined), [outbox, messages]);

  const [dialog, setDialog] = useState<"transfer" | "end" | null>(null);
  const isTalking = handling.state === "talking";
  const isVoice = handling.medium === "voice";
  const close = useCallback(() => setDialog(null), []);
  const isBusy = own.some((item) => item.state !== "failed");

  return (
    <section aria-labelledby="conversation" className="flex min-h-0 flex-1 flex-col">
      <Header
        handling={handling}
        panel={panel}
        onTransfer={isTalking ? () => setDialog("transfer") : undefined}
        onEnd={isTalking ? () => setDialog("end") : undefined}
      />
      {isTalking && isVoice ? <CallCard handling={handling} /> : null}
      <Standing handling={handling} why={data?.interactions?.[handling.id]?.ended_reason ?? null} />
      {status.refused ? (
        <Notice tone="bad" className="m-4">
          {t("conversation.refused")}
        </Notice>
      ) : (
        <Timeline handling={handling} data={data} out={own} outbox={outbox} onAtEnd={setAtEnd} />
      )}
      {isTalking ? <Composer handling={handling} outbox={outbox} /> : <WrapUpPanel handling={handling} />}
      {dialog === "transfer" ? <TransferDialog handling={handling} onClose={close} /> : null}
      {dialog === "end" ? <EndDialog handling={handling} isBusy={isBusy} onClose={close} /> : null}
    </section>
  );
}

interface HeaderProps {
  handling: HandlingView;
  panel: Panel;
  onTransfer: (() => void) | undefined;
  onEnd: (() => void) | undefined;
}

function Header({ handling, panel, onTransfer, onEnd }: HeaderProps) {
  const { t, i18n } = useTranslation("desk");
  useShortcut({ keys: "Alt+KeyT" }, onTransfer);
  useShortcut({ keys: "Alt+KeyX" }, onEnd);
  const isVoice = handling.medium === "voice";
  const canAct = onTransfer !== undefined && onEnd !== undefined;
  const commands = useMemo<AppCommand[]>(
    () =>
      canAct
        ? [
            {
              id: "transfer",
              title: "desk:commands.transfer",
              group: "act",
              icon: "transfer",
              shortcut: "Alt+T",
              run: onTransfer,
            },
            {
              id: "end",
              title: "desk:commands.end",
              group: "act",
              icon: "end",
              shortcut: "Alt+X",
              run: onEnd,
            },
          ]
        : [],
    // Both only open dialogs; what they close over does not change.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [canAct],
  );
  useCommands(commands);
  return (
    <header className="flex h-14 shrink-0 items-center gap-3 border-b border-line px-4 max-md:gap-1.5 max-md:px-3">
      <div className="min-w-0 flex-1">
        <div className="flex items-center gap-2">
          <h2 id="conversation" className="foreign truncate text-lg font-semibold text-ink">
            {customerName(handling.customer, t("customer.unnamed"))}
          </h2>
          {handling.simulated ? <Badge>{t("customer.simulated")}</Badge> : null}
        </div>
        <p className="flex items-center gap-1.5 truncate text-sm text-ink-3">
          <Icon name={handling.medium === "voice" ? "phone" : "chat"} size={13} className="shrink-0" />
          <span className="truncate">{origin(handling, i18n.language)}</span>
        </p>
      </div>
      <HandlingState handling={handling} />
      {onTransfer ? (
        <WithTooltip text={t("conversation.transfer")} shortcut="Alt+T">
          <Button icon="transfer" onPress={onTransfer} aria-keyshortcuts="Alt+T">
            <span className="max-xl:sr-only">{t("conversation.transfer")}</span>
          </Button>
        </WithTooltip>
      ) : null}
      {onEnd ? (
        <Button icon={isVoice ? "hangUp" : "end"} onPress={onEnd} aria-keyshortcuts="Alt+X">
          {t(isVoice ? "phone:act.end" : "conversation.end")}
        </Button>
      ) : null}
      <IconButton
        icon="sidebar"
        label={t(panel.isOpen ? "customer.hide" : "customer.show")}
        shortcut="Alt+I"
        onPress={panel.toggle}
        aria-expanded={panel.isOpen}
      />
    </header>
  );
}

function HandlingState({ handling }: { handling: HandlingView }) {
  const { t } = useTranslation("desk");
  const now = useServerNow();
  if (handling.state === "after_contact_work")
    return <StateBadge state="after_contact_work">{t("state.after_contact_work")}</StateBadge>;
  return (
    <StateBadge state={handling.medium === "voice" ? "calling" : "talking"} className="tabular">
      <span className="max-xl:sr-only">
        {t(handling.medium === "voice" ? "phone:card.talking" : "conversation.talking")}
      </span>
      <span role="timer" aria-live="off">
        {stopwatch(now - handling.accepted_at)}
      </span>
    </StateBadge>
  );
}

/** What the agent must know before writing: the customer is gone, or has ended it. */
function Standing({ handling, why }: { handling: HandlingView; why: string | null }) {
  const { t } = useTranslation("desk");
  if (handling.state === "after_contact_work") {
    if (handling.ended_by === "agent") return null;
    const isCustomer = handling.ended_by === "customer";
    return (
      <Notice tone="info" live className="mx-4 mt-3">
        {isCustomer
          ? t(handling.medium === "voice" ? "phone:card.ended_by_customer" : "conversation.ended_by_customer")
          : t("conversation.ended_wrap_up", { why: endedWords(t, "system", why) })}
      </Notice>
    );
  }
  return handling.customer_away && handling.medium !== "voice" ? (
    <Notice tone="warn" live className="mx-4 mt-3">
      {t("conversation.away")}
    </Notice>
  ) : null;
}

function EndDialog({
  handling,
  isBusy,
  onClose,
}: {
  handling: HandlingView;
  isBusy: boolean;
  onClose: () => void;
}) {
  const { t } = useTranslation("desk");
  const end = useCommand("EndInteraction", (error) => toast("bad", error.title));
  const isVoice = handling.medium === "voice";
  const unanswered = handling.last?.author_kind === "customer";
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      onConfirm={() => void end.run({ interaction_id: handling.id }).then(onClose)}
      isPending={end.isPending}
      title={t(isVoice ? "phone:end.title" : "end.title", {
        customer: customerName(handling.customer, t("customer.unnamed")),
      })}
      confirm={t(isVoice ? "phone:act.end" : "end.confirm")}
      variant={unanswered || isBusy ? "danger" : "primary"}
      focus="confirm"
    >
      {isVoice
        ? t(handling.consult ? "phone:end.consult" : "end.help")
        : isBusy
          ? t("end.on_its_way")
          : unanswered
            ? t("end.unanswered")
            : t("end.help")}
    </ConfirmDialog>
  );
}
