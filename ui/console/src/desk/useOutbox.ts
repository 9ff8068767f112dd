import { useFeedClient } from "@kit/feed";
import { useSession } from "../app/session.tsx";
import { type Outbox, outboxOf } from "./outbox.ts";

/** The signed-in person's outbox. */
export function useOutbox(): Outbox {
  const client = useFeedClient();
  const { person } = useSession();
  return outboxOf(client, person.id);
}
