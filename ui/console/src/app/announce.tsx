/** Says things to screen readers politely, from anywhere, one after the other. */
import { useSyncExternalStore } from "react";
import { Store } from "@kit/feed/store.ts";

interface Said {
  id: number;
  text: string;
}

const said = new Store<readonly Said[]>([]);
let count = 0;

/** Each saying is a node of its own in a live region: read even when it repeats, and gone after a while. */
export function announce(text: string): void {
  const item = { id: ++count, text };
  said.set([...said.get(), item]);
  setTimeout(() => said.set(said.get().filter((other) => other !== item)), 5_000);
}

export function Announcer() {
  const list = useSyncExternalStore(said.watch, said.get);
  return (
    <div role="log" aria-live="polite" aria-relevant="additions" className="sr-only">
      {list.map((item) => (
        <p key={item.id}>{item.text}</p>
      ))}
    </div>
  );
}
