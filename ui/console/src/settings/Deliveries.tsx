/** What was sent to a webhook and how each went; a test event, and sending again. */
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Badge, type BadgeTone, Button, IconButton, Notice, Skeleton, toast } from "@kit/ui";
import { api, type Page } from "../app/api.ts";
import { reasonOf } from "../front/DemoRibbon.tsx";
import { useWhen } from "./parts/when.ts";
import type { DeliveryItem } from "./wire.ts";

const TONES: Record<DeliveryItem["state"], BadgeTone> = { pending: "info", delivered: "ok", failed: "bad" };

export function Deliveries({ hookId }: { hookId: string }) {
  const { t } = useTranslation("settings");
  const client = useQueryClient();
  const path = `/api/webhooks/${hookId}`;
  const key = ["settings", path, "deliveries"];
  const log = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<DeliveryItem>>(`${path}/deliveries`, { cursor: pageParam, limit: 20 }, { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: 10_000,
  });
  const after = {
    onError: (error: Error) => toast("bad", reasonOf(error, t("fault.unreachable"))),
    onSettled: () => client.invalidateQueries({ queryKey: key }),
  };
  const test = useMutation({ mutationFn: () => api.post<DeliveryItem>(`${path}/test`), ...after });
  const resend = useMutation({
    mutationFn: (id: string) => api.post(`${path}/deliveries/${id}/resend`),
    ...after,
  });
  const items = log.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center gap-3">
        <Button size="sm" icon="send" isPending={test.isPending} onPress={() => test.mutate()}>
          {t("webhook.test")}
        </Button>
        {test.data ? (
          <Notice tone={test.data.state === "delivered" ? "ok" : "bad"} live className="py-1">
            {test.data.state === "delivered"
              ? t("webhook.testOk", { status: test.data.last_status ?? "", ms: test.data.last_ms ?? 0 })
              : t("webhook.testFailed", { reason: test.data.last_error ?? test.data.last_status ?? "" })}
          </Notice>
        ) : null}
      </div>
      {log.isPending ? <Skeleton lines={3} /> : null}
      {log.isError ? <Notice tone="warn">{t("webhook.logFailed")}</Notice> : null}
      {log.data && items.length === 0 ? <p className="text-md text-ink-3">{t("webhook.logEmpty")}</p> : null}
      <ul className="divide-y divide-line">
        {items.map((item) => (
          <Line key={item.id} item={item} onResend={() => resend.mutate(item.id)} />
        ))}
      </ul>
      {log.hasNextPage ? (
        <div>
          <Button size="sm" isPending={log.isFetchingNextPage} onPress={() => void log.fetchNextPage()}>
            {t("more")}
          </Button>
        </div>
      ) : null}
    </div>
  );
}

function Line({ item, onResend }: { item: DeliveryItem; onResend: () => void }) {
  const { t } = useTranslation("settings");
  const when = useWhen();
  return (
    <li className="py-1.5 text-md">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Badge tone={TONES[item.state]}>{t(`webhook.delivery.${item.state}`)}</Badge>
        <time dateTime={new Date(item.made_at).toISOString()} className="tabular text-ink-2">
          {when(item.made_at)}
        </time>
        <code className="font-mono text-sm text-ink">{item.type}</code>
        <span className="tabular text-sm text-ink-3">
          {t("webhook.attempts", { count: item.attempts })}
          {item.last_status === null ? "" : ` · HTTP ${item.last_status}`}
          {item.last_ms === null ? "" : ` · ${item.last_ms} ms`}
        </span>
        <span className="ml-auto">
          <IconButton icon="retry" size="sm" label={t("webhook.resend")} onPress={onResend} />
        </span>
      </div>
      {item.last_error ? <p className="foreign text-sm text-bad-ink">{item.last_error}</p> : null}
      {item.next_at === null ? null : (
        <p className="text-sm text-ink-3">{t("webhook.nextAt", { time: when(item.next_at) })}</p>
      )}
    </li>
  );
}
