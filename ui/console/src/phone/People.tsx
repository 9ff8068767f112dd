/** Who is in a call, and what to do with the colleague who is asked. One line, always there. */
import { useTranslation } from "react-i18next";
import { useCommand, useFeed, type HandlingView, type ParticipantView } from "@kit/feed";
import { Badge, Button, Icon, IconButton, toast, WithTooltip } from "@kit/ui";
import { askedName, consultPhase } from "./model.ts";
import { useConsult } from "./useConsult.ts";

export function People({ handling, customer }: { handling: HandlingView; customer: string }) {
  const { t, i18n } = useTranslation("phone");
  const phase = consultPhase(handling);
  const who = askedName(handling.consult, i18n.language) || t("people.colleague");
  // Only the contact's own topic says the number of somebody outside.
  const known = useFeed(
    `contact:${handling.contact_id}` as const,
    (data) => data?.interactions?.[handling.id]?.participants,
  );
  const nameOf = (person: ParticipantView) =>
    person.name ||
    known?.find(({ person_id }) => person_id === person.person_id)?.name ||
    t("people.outside");
  return (
    <div className="flex h-9 min-w-0 items-center gap-2">
      <ul aria-label={t("people.title")} className="flex min-w-0 items-center gap-1.5 overflow-hidden">
        <li className="flex">
          <Badge tone="accent">{t("people.you")}</Badge>
        </li>
        <li className="flex min-w-0">
          <Badge tone={handling.held_at ? "warn" : "accent"} className="max-w-44">
            <Icon name={handling.held_at ? "pause" : "user"} size={12} className="shrink-0" />
            <span className="foreign truncate">{customer}</span>
            {handling.held_at ? t("people.on_hold") : ""}
          </Badge>
        </li>
        {phase ? (
          <li className="flex min-w-0">
            <Badge tone={phase === "calling" ? "info" : "accent"} className="max-w-52">
              <Icon name={phase === "calling" ? "bell" : "headset"} size={12} className="shrink-0" />
              <span className="foreign truncate">
                {phase === "calling" ? t(`people.${handling.consult?.state ?? "queued"}`, { who }) : who}
              </span>
            </Badge>
          </li>
        ) : null}
        {(handling.participants ?? []).map((person) => (
          <Participant key={person.person_id} handling={handling} person={person} name={nameOf(person)} />
        ))}
      </ul>
      {phase ? <Asked handling={handling} who={who} phase={phase} /> : null}
    </div>
  );
}

function Participant({
  handling,
  person,
  name,
}: {
  handling: HandlingView;
  person: ParticipantView;
  name: string;
}) {
  const { t } = useTranslation("phone");
  const remove = useCommand("RemoveParticipant", (error) => toast("bad", error.title));
  const isHeard = person.role === "barge" || person.role === "external";
  return (
    <li className="flex min-w-0 items-center">
      <Badge tone={isHeard ? "accent" : "plain"} className="max-w-48">
        <Icon name={person.role === "external" ? "phone" : "ear"} size={12} className="shrink-0" />
        <span className="foreign truncate">{t(`people.${person.role}`, { who: name })}</span>
      </Badge>
      {person.role === "external" ? (
        <IconButton
          icon="close"
          size="sm"
          label={t("people.remove", { who: name })}
          isPending={remove.isPending}
          onPress={() => void remove.run({ interaction_id: handling.id, person_id: person.person_id })}
        />
      ) : null}
    </li>
  );
}

function Asked({
  handling,
  who,
  phase,
}: {
  handling: HandlingView;
  who: string;
  phase: "calling" | "private" | "together";
}) {
  const { t } = useTranslation("phone");
  const consult = useConsult(handling);
  return (
    <span className="ml-auto flex shrink-0 items-center gap-1.5">
      {phase === "calling" ? null : (
        <>
          <WithTooltip text={t(phase === "together" ? "consult.private" : "consult.together")}>
            <Button
              size="sm"
              icon={phase === "together" ? "pause" : "users"}
              isDisabled={consult.isPending}
              onPress={() => consult.setPrivate(phase === "together")}
            >
              <span className="@max-2xl:sr-only">
                {t(phase === "together" ? "consult.private" : "consult.together")}
              </span>
            </Button>
          </WithTooltip>
          <Button
            size="sm"
            variant="primary"
            icon="transfer"
            isDisabled={consult.isPending}
            onPress={consult.handOver}
          >
            <span className="max-w-32 truncate">{t("consult.hand_over", { who })}</span>
          </Button>
        </>
      )}
      <WithTooltip text={t(phase === "calling" ? "consult.cancel" : "consult.end")}>
        <Button size="sm" icon="close" isDisabled={consult.isPending} onPress={consult.cancel}>
          <span className={phase === "calling" ? "" : "@max-2xl:sr-only"}>
            {t(phase === "calling" ? "consult.cancel" : "consult.end")}
          </span>
        </Button>
      </WithTooltip>
    </span>
  );
}
