/** What every editor of a list does when it is submitted. */
import { useTranslation } from "react-i18next";
import { toast } from "@kit/ui";
import { useSave } from "./data.ts";

/** Saves one item of the list at `path`, says so and closes; what is refused goes to the form's fields. */
export function useKeep(path: string, form: { fail: (reason: unknown) => void }, onClose: () => void) {
  const { t } = useTranslation("settings");
  const save = useSave<unknown>(path);
  /** `id` null: a new one. `name`: as people know it. */
  const keep = (id: string | null, body: object, name: string) =>
    save.mutate(
      { id, body },
      {
        onSuccess: () => {
          toast("ok", t("saved", { name }));
          onClose();
        },
        onError: form.fail,
      },
    );
  return { keep, isPending: save.isPending };
}
