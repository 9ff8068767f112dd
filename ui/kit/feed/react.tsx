/** The feed in React. A component renders again only when what it selects has changed. */
import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import { useSyncExternalStoreWithSelector } from "use-sync-external-store/with-selector";
import { CommandRefused, type Ack, type FeedClient, type Line, type TopicStatus } from "./client.ts";
import type { Commands, TopicData } from "./wire.ts";

const Context = createContext<FeedClient | null>(null);

export function FeedProvider({ client, children }: { client: FeedClient; children: ReactNode }) {
  return <Context.Provider value={client}>{children}</Context.Provider>;
}

export function useFeedClient(): FeedClient {
  const client = useContext(Context);
  if (!client) throw new Error("no FeedProvider above");
  return client;
}

/** Equal if of the same length with identical members, or with identical values under the same keys. */
export function shallowEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || !a || !b) return false;
  const left = Object.entries(a);
  return (
    Array.isArray(a) === Array.isArray(b) &&
    left.length === Object.keys(b).length &&
    left.every(([key, value]) => Object.is(value, (b as Record<string, unknown>)[key]))
  );
}

/**
 * Subscribes to a topic and selects from what it holds. `undefined` data: no snapshot yet (or no topic).
 * `isEqual` tells when a new selection is the old one (default: identity; use `shallowEqual` for made-up arrays).
 */
export function useFeed<T extends string, R>(
  topic: T | null,
  select: (data: TopicData<T> | undefined) => R,
  isEqual: (a: R, b: R) => boolean = Object.is,
): R {
  const client = useFeedClient();
  useEffect(() => (topic === null ? undefined : client.subscribe(topic)), [client, topic]);
  const watch = useCallback(
    (listener: () => void) => (topic === null ? () => {} : client.dataOf(topic).watch(listener)),
    [client, topic],
  );
  const read = useCallback(() => (topic === null ? undefined : client.dataOf(topic).get()), [client, topic]);
  return useSyncExternalStoreWithSelector(watch, read, read, select, isEqual);
}

const noStatus: TopicStatus = { ready: false, refused: null };

/** Whether the topic's snapshot is there, or why it was refused. */
export function useTopicStatus(topic: string | null): TopicStatus {
  const client = useFeedClient();
  const watch = useCallback(
    (listener: () => void) => (topic === null ? () => {} : client.statusOf(topic).watch(listener)),
    [client, topic],
  );
  return useSyncExternalStore(watch, () => (topic === null ? noStatus : client.statusOf(topic).get()));
}

export function useLine(): Line {
  const client = useFeedClient();
  return useSyncExternalStore(client.line.watch, client.line.get);
}

export function useTyping(interactionId: string): boolean {
  const client = useFeedClient();
  return useSyncExternalStore(client.typing.watch, () => client.typing.get()[interactionId] === true);
}

/** The server's clock, renewed every `everyMs`. */
export function useServerNow(everyMs = 1_000): number {
  const client = useFeedClient();
  const [now, setNow] = useState(() => client.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(client.now()), everyMs);
    return () => clearInterval(timer);
  }, [client, everyMs]);
  return now;
}

export interface CommandState<N extends keyof Commands> {
  /** Resolves with the ack, or with null after a refusal, which is then in `error`. */
  run: (args: Commands[N], id?: string) => Promise<Ack | null>;
  /** Sent and not yet answered. What it asks for is not true yet. */
  isPending: boolean;
  error: CommandRefused | null;
  clear: () => void;
}

/** One command of the catalogue with its state. `onRefused` hears of refusals too (to show a toast, say). */
export function useCommand<N extends keyof Commands>(
  name: N,
  onRefused?: (error: CommandRefused) => void,
): CommandState<N> {
  const client = useFeedClient();
  const [open, setOpen] = useState(0);
  const [error, setError] = useState<CommandRefused | null>(null);
  const heard = useRef(onRefused);
  useEffect(() => {
    heard.current = onRefused;
  });
  const run = useCallback(
    async (args: Commands[N], id?: string) => {
      setOpen((count) => count + 1);
      setError(null);
      try {
        return await client.command(name, args, id);
      } catch (problem) {
        if (!(problem instanceof CommandRefused)) throw problem;
        setError(problem);
        heard.current?.(problem);
        return null;
      } finally {
        setOpen((count) => count - 1);
      }
    },
    [client, name],
  );
  const clear = useCallback(() => setError(null), []);
  return { run, isPending: open > 0, error, clear };
}
