/** The agent's own topic in slices; each hook renders again only when its slice changes. */
import { shallowEqual, useFeed, type AgentView, type HandlingView, type OfferView } from "@kit/feed";
import { handlingsOf, offersOf, ownAgent } from "./model.ts";

export const useAgent = (): AgentView | undefined => useFeed("me", ownAgent);
export const useOffers = (): OfferView[] => useFeed("me", offersOf, shallowEqual);
export const useHandlings = (): HandlingView[] => useFeed("me", handlingsOf, shallowEqual);
