import { useEffect, useRef, useState } from "react";
import { useFeedClient, type HandlingView, type MessageView } from "@kit/feed";
import { lastCustomerNumber } from "./model.ts";

/** Whether the page is in sight. */
function useVisible(): boolean {
  const [visible, setVisible] = useState(document.visibilityState !== "hidden");
  useEffect(() => {
    const listen = () => setVisible(document.visibilityState !== "hidden");
    document.addEventListener("visibilitychange", listen);
    return () => document.removeEventListener("visibilitychange", listen);
  }, []);
  return visible;
}

/** Tells the floor up to where the agent has read, when the end of the conversation really is in sight. */
export function useMarkRead(
  handling: HandlingView,
  messages: Record<string, MessageView> | undefined,
  atEnd: boolean,
): void {
  const client = useFeedClient();
  const visible = useVisible();
  const told = useRef(0);
  const number = lastCustomerNumber(messages, handling.id);
  const isDue = visible && atEnd && number > 0 && handling.unread > 0;
  useEffect(() => {
    if (!isDue || number <= told.current) return;
    told.current = number;
    client.command("MarkRead", { interaction_id: handling.id, number }).catch(() => {
      told.current = 0;
    });
  }, [client, handling.id, isDue, number]);
}
