/** A form's state: what was typed stays typed, whatever the server says. */
import { useCallback, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "../../app/api.ts";
import { type FormProblem, isDirty, NO_PROBLEM, placeProblem } from "../forms.ts";

export interface Form<T extends object> {
  value: T;
  set: (patch: Partial<T>) => void;
  /** The message at a field, if any. */
  error: (field: string) => string | undefined;
  problem: FormProblem;
  dirty: boolean;
  /** Counts refusals, so that the page can move the focus to the first field at fault each time. */
  refusals: number;
  refuse: (fields: Record<string, string>) => void;
  fail: (reason: unknown) => void;
  clear: () => void;
}

export function useForm<T extends object>(initial: T, extraFields: readonly string[] = []): Form<T> {
  const { t } = useTranslation("settings");
  const [first] = useState(initial);
  const [value, setValue] = useState(initial);
  const [problem, setProblem] = useState(NO_PROBLEM);
  const [refusals, setRefusals] = useState(0);
  const known = useMemo(() => [...Object.keys(first), ...extraFields], [first, extraFields]);

  const set = useCallback((patch: Partial<T>) => {
    setValue((before) => ({ ...before, ...patch }));
    // A field that is being mended is not at fault any more until the next attempt.
    setProblem((before) => {
      const fields = Object.fromEntries(
        Object.entries(before.fields).filter(
          ([field]) => !Object.keys(patch).some((key) => field === key || field.startsWith(`${key}.`)),
        ),
      );
      return { ...before, fields };
    });
  }, []);

  const refuse = useCallback((fields: Record<string, string>) => {
    setProblem({ fields, general: [] });
    setRefusals((n) => n + 1);
  }, []);

  const fail = useCallback(
    (reason: unknown) => {
      const say = (code: string) => t(`fault.${code}`, { defaultValue: t("fault.other", { code }) });
      if (reason instanceof Problem && reason.status !== 0) setProblem(placeProblem(reason, known, say));
      else setProblem({ fields: {}, general: [t("fault.unreachable")] });
      setRefusals((n) => n + 1);
    },
    [known, t],
  );

  return {
    value,
    set,
    problem,
    refusals,
    refuse,
    fail,
    clear: () => setProblem(NO_PROBLEM),
    dirty: isDirty(first, value),
    error: (field) => problem.fields[field],
  };
}
