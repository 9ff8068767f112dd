/** Who the customer is, this contact, and the contacts before it. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useFeed, type ContactData, type HandlingView } from "@kit/feed";
import { Avatar, Badge, Icon, type IconName, IconButton, Skeleton, toast } from "@kit/ui";
import { dateTime, duration } from "@kit/time.ts";
import { hasScope, useSession } from "../app/session.tsx";
import { Caller } from "../phone/Caller.tsx";
import { customerName, queueName, tenantName } from "./model.ts";
import { customerQuery, type EarlierContact, earlierContactsQuery } from "./data.ts";

const identitySigns: Record<string, IconName> = { phone: "phone", email: "mail", web: "globe" };

export function CustomerPanel({ handling }: { handling: HandlingView }) {
  const { t, i18n } = useTranslation("desk");
  const customer = useQuery({
    ...customerQuery(handling.customer.id),
    enabled: Boolean(handling.customer.id),
  });
  const name = customer.data?.name || customerName(handling.customer, t("customer.unnamed"));
  return (
    <aside
      aria-label={t("customer.panel")}
      className="flex w-72 shrink-0 flex-col overflow-y-auto border-l border-line bg-surface max-md:max-h-[45%] max-md:w-full max-md:border-t max-md:border-l-0 xl:w-80"
    >
      <header className="flex items-center gap-3 px-4 pt-4 pb-3">
        <Avatar id={handling.customer.id} name={name} size={40} />
        <div className="min-w-0">
          <h2 className="foreign truncate text-lg font-semibold text-ink">{name}</h2>
          <p className="truncate text-sm text-ink-3">{tenantName(handling, i18n.language)}</p>
        </div>
      </header>
      <Section title={t("customer.identities")}>
        {customer.isPending ? <Skeleton lines={2} /> : <Identities list={customer.data?.identities ?? []} />}
        {customer.data?.note ? <p className="foreign mt-2 text-md text-ink-2">{customer.data.note}</p> : null}
      </Section>
      <ThisContact handling={handling} />
      <Earlier handling={handling} />
    </aside>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="border-t border-line px-4 py-3">
      <h3 className="mb-2 text-sm font-semibold text-ink-3">{title}</h3>
      {children}
    </section>
  );
}

function Identities({ list }: { list: { kind: string; value: string }[] }) {
  const { t } = useTranslation("desk");
  // A web id tells a person nothing; it only says that there is no better one.
  const known = list.filter((identity) => identity.kind !== "web");
  if (known.length === 0) return <p className="text-md text-ink-3">{t("customer.no_identities")}</p>;
  const copy = (value: string) =>
    void navigator.clipboard.writeText(value).then(
      () => toast("ok", t("customer.copied")),
      () => toast("bad", t("customer.not_copied")),
    );
  return (
    <ul className="flex flex-col gap-1">
      {known.map((identity) => (
        <li key={`${identity.kind}:${identity.value}`} className="flex items-center gap-2 text-md text-ink">
          <Icon
            name={identitySigns[identity.kind] ?? "key"}
            size={15}
            className="shrink-0 text-ink-3"
            label={t(`customer.kind_${identity.kind in identitySigns ? identity.kind : "other"}`)}
          />
          <span className="foreign min-w-0 flex-1 tabular">{identity.value}</span>
          <IconButton icon="copy" size="sm" label={t("customer.copy")} onPress={() => copy(identity.value)} />
        </li>
      ))}
    </ul>
  );
}

const interactionsOf = (data: Partial<ContactData> | undefined) => data?.interactions;

function ThisContact({ handling }: { handling: HandlingView }) {
  const { t, i18n } = useTranslation("desk");
  const session = useSession();
  const interactions = useFeed(`contact:${handling.contact_id}`, interactionsOf);
  const contact = useFeed(`contact:${handling.contact_id}`, contactOf(handling.contact_id));
  const waited = interactions?.[handling.id]?.waited_ms;
  const rows: [string, ReactNode][] = [
    ...(handling.caller
      ? [[t("phone:caller.number"), <Caller key="caller" caller={handling.caller} />] as [string, ReactNode]]
      : []),
    [t("customer.queue"), queueName(handling, i18n.language)],
    [t("customer.medium"), t(`medium.${handling.medium}`)],
    ...(contact
      ? [[t("customer.started"), dateTime(contact.started_at, i18n.language)] as [string, string]]
      : []),
    ...(typeof waited === "number"
      ? [[t("customer.waited"), duration(waited, i18n.language)] as [string, string]]
      : []),
  ];
  return (
    <Section title={t("customer.this_contact")}>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-1 text-md">
        {rows.map(([label, value]) => (
          <div key={label} className="contents">
            <dt className="text-ink-3">{label}</dt>
            <dd className="foreign text-right text-ink tabular">{value}</dd>
          </div>
        ))}
      </dl>
      {hasScope(session, "contact.read", "trace.read") ? (
        <TraceLink id={handling.contact_id} text={t("customer.trace")} />
      ) : null}
    </Section>
  );
}

const contactOf = (id: string) => (data: Partial<ContactData> | undefined) => data?.contact?.[id];

function TraceLink({ id, text }: { id: string; text: string }) {
  return (
    <Link
      to="/app/contacts/$id"
      params={{ id }}
      className="mt-2 inline-flex items-center gap-1 text-md text-accent-ink hover:underline"
    >
      <Icon name="trace" size={15} />
      {text}
    </Link>
  );
}

function Earlier({ handling }: { handling: HandlingView }) {
  const { t } = useTranslation("desk");
  const query = useQuery({
    ...earlierContactsQuery(handling.customer.id),
    enabled: Boolean(handling.customer.id),
  });
  const list = (query.data ?? []).filter((contact) => contact.id !== handling.contact_id);
  return (
    <Section title={t("customer.earlier")}>
      {query.isPending ? (
        <Skeleton lines={4} />
      ) : query.isError ? (
        <p className="text-md text-ink-3">{t("customer.earlier_unavailable")}</p>
      ) : list.length === 0 ? (
        <p className="text-md text-ink-3">{t("customer.earlier_none")}</p>
      ) : (
        <ol className="relative ml-1 flex flex-col gap-3 border-l border-line pl-4">
          {list.map((contact) => (
            <EarlierRow key={contact.id} contact={contact} />
          ))}
        </ol>
      )}
    </Section>
  );
}

function EarlierRow({ contact }: { contact: EarlierContact }) {
  const { t, i18n } = useTranslation("desk");
  return (
    <li className="relative">
      <span
        aria-hidden
        className="absolute top-2 -left-[21px] size-2 rounded-full border-2 border-surface bg-ink-3"
      />
      <Link to="/app/contacts/$id" params={{ id: contact.id }} className="block rounded-xs hover:bg-sunken">
        <span className="flex items-center justify-between gap-2 text-sm text-ink-3 tabular">
          <time dateTime={new Date(contact.started_at).toISOString()}>
            {dateTime(contact.started_at, i18n.language)}
          </time>
          {contact.rating ? (
            <span className="inline-flex items-center gap-0.5 text-warn-ink">
              <Icon name="star" size={12} />
              <span className="sr-only">{t("customer.rating")}</span>
              {contact.rating}
            </span>
          ) : null}
        </span>
        <span className="flex items-center gap-1.5 text-md text-ink">
          <span className="truncate">{queueName(contact, i18n.language)}</span>
          {contact.disposition_name ? <Badge>{contact.disposition_name}</Badge> : null}
        </span>
        {contact.wrap_up ? (
          <span className="foreign line-clamp-2 block text-sm text-ink-2">{contact.wrap_up}</span>
        ) : null}
        {contact.agent_names?.length ? (
          <span className="block truncate text-sm text-ink-3">{contact.agent_names.join("、")}</span>
        ) : null}
      </Link>
    </li>
  );
}
