/** A call's acts in the command bar. What they run may change with every rendering; the bar's list only when it must. */
import { useEffect, useMemo, useRef } from "react";
import { type AppCommand, useCommands } from "../app/commands.ts";

export interface CallCommand {
  /** Names it: `phone:commands.<id>`. */
  id: string;
  icon: AppCommand["icon"];
  shortcut?: string;
  run: () => void;
}

export function useCallCommands(list: readonly CallCommand[]): void {
  const runs = useRef<ReadonlyMap<string, () => void>>(new Map());
  useEffect(() => {
    runs.current = new Map(list.map(({ id, run }) => [id, run]));
  });
  const shown = JSON.stringify(list.map(({ id, icon, shortcut }) => ({ id, icon, shortcut })));
  const commands = useMemo(
    () =>
      (JSON.parse(shown) as Omit<CallCommand, "run">[]).map(({ id, ...rest }): AppCommand => ({
        id: `call-${id}`,
        title: `phone:commands.${id}`,
        group: "act",
        ...rest,
        run: () => runs.current.get(id)?.(),
      })),
    [shown],
  );
  useCommands(commands);
}
