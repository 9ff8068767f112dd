/** Queries and acts of the demo. All of them answer 404 outside of demo mode. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, Problem } from "../app/api.ts";
import { adoptSession, type Session } from "../app/session.tsx";
import type { DemoInfo, FloorSummary } from "./model.ts";

/** `null`: this is not a demo. */
export const demoQuery = queryOptions({
  queryKey: ["demo"],
  queryFn: async (): Promise<DemoInfo | null> => {
    try {
      return await api.get<DemoInfo>("/api/demo");
    } catch (error) {
      if (error instanceof Problem && error.status === 404) return null;
      throw error;
    }
  },
  refetchInterval: (query) => (query.state.data ? 5000 : false),
  staleTime: 4000,
});

export const summaryQuery = queryOptions({
  queryKey: ["demo", "summary"],
  queryFn: ({ signal }) => api.get<FloorSummary>("/api/demo/summary", undefined, { signal }),
  refetchInterval: 1000,
  retry: false,
});

export type DemoRole = "agent" | "supervisor" | "admin";

/** Enters as a demo account; the session is the current one when the promise is fulfilled. */
export function useEnter() {
  return useMutation({
    mutationFn: (role: DemoRole) => api.post<Session>("/api/demo/enter", { role }),
    onSuccess: adoptSession,
  });
}

export function usePopulation() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (wish: { on: boolean; speed: number }) => api.post<DemoInfo>("/api/demo/population", wish),
    onMutate: async (wish) => {
      await client.cancelQueries({ queryKey: demoQuery.queryKey, exact: true });
      const before = client.getQueryData(demoQuery.queryKey);
      if (before) client.setQueryData(demoQuery.queryKey, { ...before, ...wish });
      return { before };
    },
    onError: (_error, _wish, context) => {
      if (context?.before) client.setQueryData(demoQuery.queryKey, context.before);
    },
    onSettled: () => client.invalidateQueries({ queryKey: demoQuery.queryKey, exact: true }),
  });
}

export function usePurge() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => api.post<unknown>("/api/demo/purge"),
    // Simulated contacts stood in every list.
    onSettled: () => client.invalidateQueries(),
  });
}
