/** Takes a thing out of use after asking. What forbids it (somebody still uses it) is said in the dialog. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, ConfirmDialog, Notice, toast } from "@kit/ui";
import { Problem } from "../../app/api.ts";
import { useRemove } from "./data.ts";

interface Props {
  path: string;
  id: string;
  /** Whose it is, where the address alone doesn't say it. */
  query?: Record<string, string>;
  name: string;
  /** What happens then. */
  text: string;
  act?: string;
  onDone: () => void;
}

export function RetireButton({ path, id, query, name, text, act, onDone }: Props) {
  const { t } = useTranslation("settings");
  const [asking, setAsking] = useState(false);
  const remove = useRemove(path, query);
  const label = act ?? t("retire.act");
  const reason =
    remove.error instanceof Problem && remove.error.title !== ""
      ? remove.error.title
      : t("fault.unreachable");
  return (
    <>
      <Button variant="ghost" icon="trash" className="text-bad-ink!" onPress={() => setAsking(true)}>
        {`${label}…`}
      </Button>
      <ConfirmDialog
        isOpen={asking}
        onClose={() => {
          setAsking(false);
          remove.reset();
        }}
        onConfirm={() =>
          remove.mutate(id, {
            onSuccess: () => {
              toast("ok", t("retire.done", { name }));
              setAsking(false);
              onDone();
            },
          })
        }
        isPending={remove.isPending}
        title={t("retire.title", { name, act: label })}
        confirm={label}
      >
        {text}
        {remove.isError ? (
          <Notice tone="bad" live className="mt-3">
            {reason}
          </Notice>
        ) : null}
      </ConfirmDialog>
    </>
  );
}
