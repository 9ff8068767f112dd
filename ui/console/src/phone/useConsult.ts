/** Asking a colleague about a call before handing it over, and bringing them in. */
import { useCommand, type CommandRefused, type HandlingView } from "@kit/feed";
import { toast } from "@kit/ui";
import { addressOf, type Target } from "../desk/Targets.tsx";

const tell = (error: CommandRefused) => toast("bad", error.title);

export function useConsult(handling: HandlingView) {
  const consult = useCommand("Consult");
  const hold = useCommand("SetHold", tell);
  const complete = useCommand("CompleteTransfer", tell);
  const end = useCommand("EndInteraction", tell);
  const interaction_id = handling.id;
  const consult_id = handling.consult?.interaction_id;

  /** @param inPrivate the customer waits with music meanwhile; else the colleague joins in, heard by all. */
  const ask = async (target: Target, note: string, inPrivate: boolean): Promise<boolean> => {
    const wasHeld = Boolean(handling.held_at);
    if (inPrivate !== wasHeld && !(await hold.run({ interaction_id, on: inPrivate }))) return false;
    const ack = await consult.run({
      interaction_id,
      consult_id: crypto.randomUUID(),
      ...addressOf(target),
      ...(note ? { note } : {}),
    });
    // Nobody is asked after all: the customer is not left waiting for it.
    if (!ack && inPrivate && !wasHeld) await hold.run({ interaction_id, on: false });
    return ack !== null;
  };

  return {
    ask,
    error: consult.error,
    isPending: consult.isPending || hold.isPending || complete.isPending || end.isPending,
    setPrivate: (on: boolean) => void hold.run({ interaction_id, on }),
    handOver: () => {
      if (consult_id) void complete.run({ interaction_id, consult_id });
    },
    cancel: () => {
      if (consult_id) void end.run({ interaction_id: consult_id });
    },
  };
}
