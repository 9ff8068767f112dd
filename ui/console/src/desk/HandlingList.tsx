/** The agent's open work: who, what for, whose turn it is, how long. In the order of accepting. */
import { memo } from "react";
import { useTranslation } from "react-i18next";
import { useServerNow, useTyping, type HandlingView } from "@kit/feed";
import { Avatar, cx, EmptyState, Icon, Skeleton, StateSign } from "@kit/ui";
import { clockTime, stopwatch } from "@kit/time.ts";
import { isOnTelephone } from "../phone/model.ts";
import { usePhoneState } from "../phone/store.tsx";
import { customerName, origin, waitingSince } from "./model.ts";
import { Load } from "./StateSwitch.tsx";
import { TenantStripe } from "./TenantStripe.tsx";

interface Props {
  handlings: HandlingView[];
  selected: string | null;
  onSelect: (id: string) => void;
  isReady: boolean;
}

export function HandlingList({ handlings, selected, onSelect, isReady }: Props) {
  const { t } = useTranslation("desk");
  return (
    <section
      aria-labelledby="handlings"
      // On a phone a row of them above the conversation, and none where there is nothing to choose: how many there
      // are is then read out only, and nothing that can't be seen takes the focus.
      className={cx(
        "flex w-64 shrink-0 flex-col border-r border-line bg-canvas max-md:w-full max-md:border-r-0 max-md:border-b xl:w-72",
        handlings.length < 2 && "max-md:sr-only",
      )}
    >
      <header className="flex h-11 shrink-0 items-center justify-between px-4 max-md:sr-only">
        <h2 id="handlings" className="text-md font-semibold text-ink">
          {t("handlings.title")}
        </h2>
        <Load />
      </header>
      {!isReady ? (
        <Skeleton lines={6} className="px-4" />
      ) : handlings.length === 0 ? (
        <EmptyState icon="inbox" title={t("handlings.none")}>
          {t("handlings.none_help")}
        </EmptyState>
      ) : (
        <ul
          className={cx(
            "min-h-0 flex-1 overflow-y-auto px-2 pb-2 max-md:gap-1 max-md:overflow-x-auto max-md:py-1.5",
            handlings.length < 2 ? "max-md:hidden" : "max-md:flex",
          )}
        >
          {handlings.map((handling, index) => (
            <li key={handling.id} className="max-md:w-60 max-md:shrink-0">
              <HandlingRow
                handling={handling}
                place={index + 1}
                isSelected={handling.id === selected}
                onSelect={onSelect}
              />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

interface RowProps {
  handling: HandlingView;
  place: number;
  isSelected: boolean;
  onSelect: (id: string) => void;
}

const HandlingRow = memo(function HandlingRow({ handling, place, isSelected, onSelect }: RowProps) {
  const { t, i18n } = useTranslation("desk");
  const typing = useTyping(handling.id);
  const name = customerName(handling.customer, t("customer.unnamed"));
  const isOver = handling.state === "after_contact_work";
  return (
    <button
      type="button"
      aria-current={isSelected ? "true" : undefined}
      aria-keyshortcuts={place <= 9 ? `Alt+${place}` : undefined}
      onClick={() => onSelect(handling.id)}
      data-handling={handling.id}
      className={cx(
        "relative mb-0.5 flex w-full gap-2.5 overflow-hidden rounded-md px-2.5 py-2 text-left focus-visible:-outline-offset-2",
        isSelected ? "bg-surface shadow-2" : "hover:bg-pressed",
      )}
    >
      <TenantStripe id={handling.tenant_id} className="inset-y-2 rounded-full" />
      <Avatar id={handling.customer.id} name={name} size={32} className="mt-0.5" />
      <span className="min-w-0 flex-1">
        <span className="flex items-center gap-1.5">
          <span
            className={cx(
              "foreign min-w-0 flex-1 truncate text-base text-ink",
              handling.unread > 0 ? "font-semibold" : "font-medium",
            )}
          >
            {name}
          </span>
          {isOver ? <AcwLeft handling={handling} /> : <Turn handling={handling} />}
        </span>
        <span className="block truncate text-sm text-ink-3">{origin(handling, i18n.language)}</span>
        <span className="mt-0.5 flex items-center gap-1.5">
          <span
            className={cx(
              "foreign min-w-0 flex-1 truncate text-md",
              typing ? "text-accent-ink" : "text-ink-2",
            )}
          >
            {isOver ? (
              <span className="flex items-center gap-1 text-acw-ink">
                <StateSign state="after_contact_work" />
                <span className="truncate">
                  {t(handling.ended_by === "customer" ? "handlings.ended_by_customer" : "handlings.acw")}
                </span>
              </span>
            ) : typing ? (
              t("conversation.typing")
            ) : handling.medium === "voice" ? (
              <CallWords handling={handling} />
            ) : (
              lastWords(handling, t("conversation.file"), t("conversation.you"))
            )}
          </span>
          {handling.customer_away && !isOver ? (
            <Icon name="wifiOff" size={14} className="shrink-0 text-warn-ink" label={t("customer.away")} />
          ) : null}
          {handling.unread > 0 ? (
            <span className="inline-flex h-[18px] min-w-[18px] shrink-0 items-center justify-center rounded-full bg-accent px-1 text-xs font-semibold text-on-accent tabular">
              <span aria-hidden>{handling.unread > 99 ? "99+" : handling.unread}</span>
              <span className="sr-only">{t("handlings.unread", { count: handling.unread })}</span>
            </span>
          ) : handling.last && !isOver ? (
            <span className="shrink-0 text-xs text-ink-3 tabular">
              {clockTime(handling.last.at, i18n.language)}
            </span>
          ) : null}
        </span>
      </span>
    </button>
  );
});

function CallWords({ handling }: { handling: HandlingView }) {
  const { t } = useTranslation("phone");
  const isHeld = Boolean(handling.held_at);
  const onTelephone = usePhoneState(({ lines, calls }) =>
    isOnTelephone(lines[handling.id], calls[handling.id]),
  );
  return (
    <span className={cx("flex items-center gap-1", isHeld ? "text-waiting-ink" : "text-engaged-ink")}>
      {onTelephone && !isHeld ? (
        <Icon name="phone" size={12} className="shrink-0" />
      ) : (
        <StateSign state={isHeld ? "waiting" : "calling"} />
      )}
      {t(
        handling.consult_of
          ? "card.asked"
          : isHeld
            ? "card.held"
            : onTelephone
              ? "card.on_telephone"
              : "card.talking",
      )}
    </span>
  );
}

function lastWords(handling: HandlingView, file: string, you: string): string {
  const { last } = handling;
  if (!last) return "";
  const words = last.text || file;
  return last.author_kind === "agent" ? `${you}${words}` : words;
}

/** How long the customer has waited for an answer; growing urgent with time, in shape and words as well as colour. */
function Turn({ handling }: { handling: HandlingView }) {
  const { t } = useTranslation("desk");
  const now = useServerNow();
  const since = waitingSince(handling);
  if (since === null) return null;
  const waited = now - since;
  if (waited < 10_000) return null;
  const look = waited > 120_000 ? "text-bad-ink" : waited > 60_000 ? "text-warn-ink" : "text-ink-3";
  return (
    <span
      className={cx("inline-flex shrink-0 items-center gap-1 text-sm tabular", look)}
      title={t("handlings.waiting_help")}
    >
      {waited > 60_000 ? <StateSign state={waited > 120_000 ? "bad" : "waiting"} size={11} /> : null}
      <span className="sr-only">{t("handlings.waiting")}</span>
      {stopwatch(waited)}
    </span>
  );
}

function AcwLeft({ handling }: { handling: HandlingView }) {
  const { t } = useTranslation("desk");
  const now = useServerNow();
  if (!handling.acw_due_at) return null;
  const left = handling.acw_due_at - now;
  return (
    <span
      className={cx("shrink-0 text-sm font-medium tabular", left < 15_000 ? "text-bad-ink" : "text-acw-ink")}
    >
      <span className="sr-only">{t("wrap_up.left")}</span>
      {stopwatch(left)}
    </span>
  );
}
