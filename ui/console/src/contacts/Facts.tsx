/** The contact in figures: each interaction with its waits and its wrap-up, and the customer's rating. */
import { useTranslation } from "react-i18next";
import { spoken } from "../wall/spans.ts";
import { local, Rating } from "./ContactsPage.tsx";
import type { ContactDetail, ReplayInteraction } from "./model.ts";

export function Facts({ detail }: { detail: ContactDetail }) {
  const { t } = useTranslation("contacts");
  return (
    <div className="flex flex-col gap-3">
      {detail.interactions.map((interaction, index) => (
        <Interaction
          key={interaction.id}
          interaction={interaction}
          n={index + 1}
          of={detail.interactions.length}
        />
      ))}
      <section
        aria-labelledby="rating-heading"
        className="rounded-lg border border-line bg-surface p-3 text-md"
      >
        <h2 id="rating-heading" className="text-base font-semibold text-ink">
          {t("facts.rating")}
        </h2>
        <p className="pt-1 text-ink-2">
          {detail.contact.rating === null ? t("facts.notRated") : <Rating score={detail.contact.rating} />}
        </p>
        {detail.contact.rating_comment ? (
          <p className="foreign pt-1 text-ink">{detail.contact.rating_comment}</p>
        ) : null}
      </section>
    </div>
  );
}

function Interaction({ interaction, n, of }: { interaction: ReplayInteraction; n: number; of: number }) {
  const { t, i18n } = useTranslation("contacts");
  const locale = i18n.language;
  const span = (ms: number | null): string => (ms === null ? "—" : spoken(ms, locale));
  return (
    <section
      aria-label={t("facts.interaction", { n })}
      className="rounded-lg border border-line bg-surface p-3 text-md"
    >
      <h2 className="text-base font-semibold text-ink">
        {interaction.consult_of
          ? t("facts.consult")
          : of > 1
            ? t("facts.interaction", { n })
            : t("facts.only")}
      </h2>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-1 pt-1">
        <dt className="text-ink-3">{t("facts.medium")}</dt>
        <dd className="text-ink">{t(`medium.${interaction.medium}`)}</dd>
        <dt className="text-ink-3">{t("facts.queue")}</dt>
        <dd className="text-ink">{local(interaction.queue_name, interaction.queue_name_en, locale)}</dd>
        <dt className="text-ink-3">{t("facts.agent")}</dt>
        <dd className="foreign text-ink">{interaction.agent?.name ?? "—"}</dd>
        <dt className="text-ink-3">{t("facts.waited")}</dt>
        <dd className="text-ink">{span(interaction.waited_ms)}</dd>
        <dt className="text-ink-3">{t("facts.talk")}</dt>
        <dd className="text-ink">{span(interaction.talk_ms)}</dd>
        {interaction.hold_ms ? (
          <>
            <dt className="text-ink-3">{t("facts.hold")}</dt>
            <dd className="text-ink">{span(interaction.hold_ms)}</dd>
          </>
        ) : null}
        <dt className="text-ink-3">{t("facts.acw")}</dt>
        <dd className="text-ink">{span(interaction.acw_ms)}</dd>
        <dt className="text-ink-3">{t("facts.disposition")}</dt>
        <dd className="text-ink">
          {local(
            interaction.disposition_name ?? interaction.disposition,
            interaction.disposition_name_en,
            locale,
          )}
        </dd>
      </dl>
      {interaction.wrap_up ? (
        <p className="foreign mt-2 border-t border-line pt-2 whitespace-pre-wrap text-ink">
          {interaction.wrap_up}
        </p>
      ) : null}
    </section>
  );
}
