/** The phone in React: one per page and person, made by the frame round all pages. */
import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useState,
  useSyncExternalStore,
} from "react";
import { useSyncExternalStoreWithSelector } from "use-sync-external-store/with-selector";
import { shallowEqual, useFeedClient } from "@kit/feed";
import { Store } from "@kit/feed/store.ts";
import { useSession } from "../app/session.tsx";
import { useAgent, useHandlings, useOffers } from "../desk/useMe.ts";
import type { DeviceChoice, DeviceList } from "./devices.ts";
import { browserParts } from "./parts.ts";
import { Phone, type PhoneState } from "./phone.ts";
import { useProblemToasts } from "./problems.ts";

const Context = createContext<Phone | null>(null);

/** The dialogs that any page may open. */
export const phoneDialog = new Store<"check" | "take" | null>(null);

export function PhoneProvider({ children }: { children: ReactNode }) {
  const { person, agent } = useSession();
  const client = useFeedClient();
  const [phone] = useState(
    () =>
      new Phone(
        person.id,
        browserParts(() => client.now()),
      ),
  );
  return (
    <Context value={phone}>
      {agent ? <AgentsPhone /> : null}
      <KeptWhileTalking />
      {children}
    </Context>
  );
}

export function usePhone(): Phone {
  const phone = useContext(Context);
  if (!phone) throw new Error("no PhoneProvider above");
  return phone;
}

export function usePhoneState<R>(select: (state: PhoneState) => R): R {
  const { state } = usePhone();
  return useSyncExternalStoreWithSelector(state.watch, state.get, state.get, select, shallowEqual);
}

export function useDevices(): { choice: DeviceChoice; list: DeviceList } {
  const { devices } = usePhone();
  return {
    choice: useSyncExternalStore(devices.choice.watch, devices.choice.get),
    list: useSyncExternalStore(devices.list.watch, devices.list.get),
  };
}

/** Keeps the phone ready while `on`. */
export function useReadyPhone(on: boolean): void {
  const phone = usePhone();
  useEffect(() => (on ? phone.use() : undefined), [phone, on]);
}

/** Whether this agent takes calls at all: only then is a phone of use, or its absence worth a word. */
export function useTakesCalls(): boolean {
  const agent = useAgent();
  const offers = useOffers();
  const handlings = useHandlings();
  return (
    (agent?.capacity.voice ?? 0) > 0 ||
    offers.some(({ medium }) => medium === "voice") ||
    handlings.some(({ medium, state }) => medium === "voice" && state === "talking")
  );
}

function AgentsPhone() {
  useReadyPhone(useTakesCalls());
  return null;
}

/** Whatever page is shown: a call goes on, its refusals are told, and the browser asks before the page is closed. */
function KeptWhileTalking() {
  const phone = usePhone();
  const isBusy = usePhoneState((state) => state.holds && Object.keys(state.lines).length > 0);
  useReadyPhone(isBusy);
  useProblemToasts();
  useEffect(() => {
    if (!isBusy) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [isBusy]);
  useEffect(() => {
    // Browsers let a page sound once the person has touched it.
    const touch = () => phone.unblock();
    addEventListener("pointerdown", touch);
    addEventListener("keydown", touch);
    return () => {
      removeEventListener("pointerdown", touch);
      removeEventListener("keydown", touch);
    };
  }, [phone]);
  return null;
}

/** How loud a call is both ways, ten times a second while shown. */
export function useLevels(interaction: string): { heard: number; said: number } {
  const phone = usePhone();
  const [levels, setLevels] = useState({ heard: 0, said: 0 });
  const read = useCallback(() => phone.levels(interaction), [phone, interaction]);
  useEffect(() => {
    const timer = setInterval(() => {
      const next = read();
      setLevels((was) =>
        Math.abs(was.heard - next.heard) + Math.abs(was.said - next.said) > 0.02 ? next : was,
      );
    }, 100);
    return () => clearInterval(timer);
  }, [read]);
  return levels;
}
