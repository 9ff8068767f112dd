/** Which item of a list is open: it stands in the address, so that it can be linked and the back key closes it. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";

export const NEW = "new";

export interface Opened {
  id: string | undefined;
  open: (id: string) => void;
  close: () => void;
}

export function useOpened(): Opened {
  const navigate = useNavigate();
  const search = useSearch({ strict: false });
  const go = useCallback(
    (id: string | undefined) => void navigate({ to: ".", search: (before) => ({ ...before, id }) }),
    [navigate],
  );
  const close = useCallback(() => go(undefined), [go]);
  return { id: search.id, open: go, close };
}
