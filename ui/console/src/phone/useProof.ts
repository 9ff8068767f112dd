/** The page's proof for an offer: a chat needs a page that is alive, a call a page with an open line and a microphone too. */
import { useEffect, useState } from "react";
import { type OfferView, useFeedClient } from "@kit/feed";
import { Store } from "@kit/feed/store.ts";
import { type Readiness, readiness } from "./model.ts";
import { usePhone, usePhoneState } from "./store.tsx";

/** A call was offered here that could not ring, since the agent was last available. */
export const couldNotRing = new Store<boolean>(false);

/** The microphone stays open this long after the offer is gone: long enough for the call to begin with it. */
const KEEP_MS = 3_000;

/** Proves the offer when it can. Returns why a call can't ring here; null: it can, or it is none. */
export function useProof(offer: OfferView): Readiness | null {
  const client = useFeedClient();
  const phone = usePhone();
  const isCall = offer.medium === "voice";
  const holds = usePhoneState((state) => state.holds);
  const why = usePhoneState(readiness);
  const [failed, setFailed] = useState(false);
  // A microphone that the browser would ask about first can not take a call within the ring time; a busy one may be free by now.
  const mayTry = !isCall || (holds && (why === "ok" || why === "busy"));
  useEffect(() => {
    if (!mayTry) return;
    // Refused when it has gone meanwhile: then there is nothing to prove.
    const prove = () => client.command("ProveOffer", { offer_id: offer.id }).catch(() => {});
    if (!isCall) return void prove();
    let isOver = false;
    let release = () => {};
    void phone.prove().then((give) => {
      if (!give) return setFailed(true);
      if (isOver) return give();
      release = give;
      setFailed(false);
      return prove();
    });
    return () => {
      isOver = true;
      setTimeout(() => release(), KEEP_MS);
    };
  }, [client, phone, offer.id, isCall, mayTry]);
  const trouble =
    !isCall || why === "unknown" || why === "connecting"
      ? null
      : why === "ok"
        ? failed
          ? "busy"
          : null
        : why;
  useEffect(() => {
    if (trouble) couldNotRing.set(true);
  }, [trouble]);
  return trouble;
}
