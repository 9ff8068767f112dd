/** Reading, starting and cancelling drills. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "../app/api.ts";
import { isOpen } from "./model.ts";
import type { Choices, NewRun, Run, RunView } from "./wire.ts";

const PATH = "/api/drills";

export function choicesQuery(tenant_id: string) {
  return queryOptions({
    queryKey: ["drills", "choices", tenant_id],
    queryFn: ({ signal }) => api.get<Choices>(`${PATH}/choices`, { tenant_id }, { signal }),
  });
}

export function runsQuery(tenant_id: string) {
  return queryOptions({
    queryKey: ["drills", "list", tenant_id],
    queryFn: ({ signal }) => api.get<Run[]>(PATH, { tenant_id }, { signal }),
    refetchInterval: (query) => (query.state.data?.some(isOpen) ? 2_000 : 20_000),
  });
}

export function runQuery(id: string) {
  return queryOptions({
    queryKey: ["drills", "run", id],
    queryFn: ({ signal }) => api.get<RunView>(`${PATH}/${id}`, undefined, { signal }),
    refetchInterval: (query) => (query.state.data && !isOpen(query.state.data.run) ? false : 1_000),
  });
}

export function useStart(tenant_id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (run: NewRun) => api.post<Run>(`${PATH}?tenant_id=${tenant_id}`, run),
    onSettled: () => client.invalidateQueries({ queryKey: ["drills", "list"] }),
  });
}

export function useCancel() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api.post<Run>(`${PATH}/${id}/cancel`),
    onSettled: () => client.invalidateQueries({ queryKey: ["drills"] }),
  });
}
