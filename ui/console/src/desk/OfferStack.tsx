/**
 * Offers, on every page of an agent's console. They never take the focus: they are announced, and answered by shortcut.
 * A card in the document is the page's proof that it is alive, so each proves its offer when it has appeared.
 */
import { useNavigate } from "@tanstack/react-router";
import { type RefObject, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useCommand, useFeedClient, type FeedClient, type OfferView } from "@kit/feed";
import { Badge, Button, Icon, Kbd, Notice, toast } from "@kit/ui";
import { duration } from "@kit/time.ts";
import { announce } from "../app/announce.tsx";
import { useShortcut } from "../app/shortcuts.ts";
import { Caller } from "../phone/Caller.tsx";
import { usePhone, usePhoneState } from "../phone/store.tsx";
import { couldNotRing, useProof } from "../phone/useProof.ts";
import { useTitleBadge } from "../app/title.ts";
import { Countdown } from "./Countdown.tsx";
import { customerName, origin } from "./model.ts";
import { notify, playOffer } from "./ring.ts";
import { TenantStripe } from "./TenantStripe.tsx";
import { useLeaveWarning } from "./useLeaveWarning.ts";
import { useOutbox } from "./useOutbox.ts";
import { useAgent, useHandlings, useOffers } from "./useMe.ts";

/** The handling comes with the floor's next word, just before or after the ack. */
function handlingThere(client: FeedClient, interactionId: string): Promise<void> {
  return new Promise((resolve) => {
    const me = client.dataOf("me");
    const has = () => Boolean(me.get()?.handlings?.[interactionId]);
    if (has()) return resolve();
    const stop = me.watch(() => {
      if (has()) done();
    });
    const timer = setTimeout(() => done(), 3_000);
    const done = () => {
      clearTimeout(timer);
      stop();
      resolve();
    };
  });
}

export function OfferStack() {
  const { t } = useTranslation("desk");
  const offers = useOffers();
  const handlings = useHandlings();
  const unread = handlings.reduce((sum, handling) => sum + handling.unread, 0);
  const waiting = offers.length + unread;
  useTitleBadge(offers.length ? `(${waiting}) ${t("offer.title_badge")}` : unread ? `(${unread})` : "");
  const holds = usePhoneState((state) => state.holds);
  const hasCall = offers.some(({ medium }) => medium === "voice");
  useRinging(offers.some(({ medium }) => medium !== "voice"));
  useCallRinging(hasCall && holds);
  useLeaveWarning(useOutbox());
  const isAvailable = useAgent()?.state === "available";
  useEffect(() => {
    if (isAvailable) couldNotRing.set(false);
  }, [isAvailable]);
  const stack = useRef<HTMLElement>(null);
  useFocusRefuge(stack, offers.length);

  return (
    <section
      ref={stack}
      aria-label={t("offer.region")}
      className="pointer-events-none fixed top-[108px] right-2 z-[var(--rx-z-banner)] flex w-76 flex-col gap-2"
    >
      {offers.map((offer, index) => (
        <OfferCard key={offer.id} offer={offer} isFirst={index === 0} />
      ))}
    </section>
  );
}

function useRinging(on: boolean): void {
  useEffect(() => {
    if (!on) return;
    playOffer();
    const timer = setInterval(playOffer, 2_500);
    return () => clearInterval(timer);
  }, [on]);
}

/** A call rings on the chosen device, in the page that would take it. */
function useCallRinging(on: boolean): void {
  const { sounds } = usePhone();
  useEffect(() => {
    if (!on) return;
    sounds.startRinging();
    return () => sounds.stopRinging();
  }, [on, sounds]);
}

/** A card that goes with the focus in it gives the focus back to where it was before, or to the page. */
function useFocusRefuge(stack: RefObject<HTMLElement | null>, count: number): void {
  const before = useRef<Element | null>(null);
  const inside = useRef(false);
  useEffect(() => {
    const watch = () => {
      const active = document.activeElement;
      inside.current = Boolean(active && stack.current?.contains(active));
      if (active && active !== document.body && !inside.current) before.current = active;
    };
    document.addEventListener("focusin", watch);
    return () => document.removeEventListener("focusin", watch);
  }, [stack]);
  useEffect(() => {
    if (!inside.current || document.activeElement !== document.body) return;
    inside.current = false;
    const next = stack.current?.querySelector<HTMLElement>("button");
    const home =
      before.current instanceof HTMLElement && before.current.isConnected
        ? before.current
        : document.getElementById("main");
    (next ?? home)?.focus({ preventScroll: true });
  }, [stack, count]);
}

function OfferCard({ offer, isFirst }: { offer: OfferView; isFirst: boolean }) {
  const { t, i18n } = useTranslation("desk");
  const client = useFeedClient();
  const navigate = useNavigate();
  const name = customerName(offer.customer, t("customer.unnamed"));
  const gone = (error: { code: string; title: string }) =>
    toast("warn", error.code === "offer_gone" ? t("offer.gone") : error.title);
  const accept = useCommand("AcceptOffer", gone);
  const reject = useCommand("RejectOffer", gone);
  const busy = accept.isPending || reject.isPending;

  const trouble = useProof(offer);

  const said = t(offer.medium === "voice" ? "phone:offer.announce" : "offer.announce", {
    customer: name,
    queue: origin(offer, i18n.language),
    waited: duration(offer.waited_ms, i18n.language),
  });
  const first = useRef(said);
  useEffect(() => {
    announce(first.current);
    return notify(t("offer.heading"), first.current, offer.id);
  }, [offer.id, t]);

  const doAccept = async () => {
    if (busy) return;
    const ack = await accept.run({ offer_id: offer.id });
    if (!ack) return;
    await handlingThere(client, offer.interaction_id);
    await navigate({ to: "/app/desk", search: { on: offer.interaction_id } });
  };
  const doReject = () => {
    if (!busy) void reject.run({ offer_id: offer.id, reason: null });
  };
  useShortcut({ keys: "Alt+KeyA" }, isFirst ? () => void doAccept() : undefined);
  useShortcut({ keys: "Alt+KeyR" }, isFirst ? doReject : undefined);

  return (
    <article
      aria-label={t("offer.from", { customer: name })}
      data-offer={offer.id}
      className="enter-side pointer-events-auto relative overflow-hidden rounded-lg border border-line bg-raised p-4 pl-5 shadow-4"
    >
      <TenantStripe id={offer.tenant_id} className="inset-y-0" />
      <div className="flex items-start gap-3">
        <div className="min-w-0 flex-1">
          <div className="flex items-center gap-1.5 text-sm text-ink-3">
            <Icon name={offer.medium === "voice" ? "phone" : "chat"} size={14} className="shrink-0" />
            <span className="truncate">{origin(offer, i18n.language)}</span>
          </div>
          <h2 className="foreign mt-0.5 truncate text-lg font-semibold text-ink">{name}</h2>
          <p className="text-sm text-ink-2">
            {offer.consult_of
              ? t("phone:offer.asks", { who: offer.consult_by?.name ?? t("phone:people.colleague") })
              : t("offer.waited", { waited: duration(offer.waited_ms, i18n.language) })}
            {offer.simulated ? <Badge className="ml-2">{t("customer.simulated")}</Badge> : null}
          </p>
          {offer.caller ? <Caller caller={offer.caller} className="mt-1" /> : null}
        </div>
        <Countdown from={offer.offered_at} until={offer.ring_due_at} label={t("offer.countdown")} />
      </div>
      {offer.preview ? (
        <p className="foreign mt-2 line-clamp-2 rounded-sm bg-sunken px-2.5 py-1.5 text-md text-ink-2">
          {offer.preview}
        </p>
      ) : null}
      {trouble ? (
        <Notice tone="warn" className="mt-2">
          {t(`phone:ready.${trouble}`)} {t(`phone:offer.not_here`)}
        </Notice>
      ) : null}
      <div className="mt-3 flex gap-2">
        <Button
          variant="primary"
          onPress={() => void doAccept()}
          isPending={accept.isPending}
          className="flex-1"
          aria-keyshortcuts="Alt+A"
        >
          {t(offer.medium === "voice" ? "phone:offer.accept" : "offer.accept")}
          {isFirst ? <Kbd keys="Alt+A" onDark /> : null}
        </Button>
        <Button onPress={doReject} isPending={reject.isPending} aria-keyshortcuts="Alt+R">
          {t("offer.reject")}
          {isFirst ? <Kbd keys="Alt+R" /> : null}
        </Button>
      </div>
    </article>
  );
}
