/** Lists and changes of the directory's resources by TanStack Query. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, type Page } from "../../app/api.ts";

type Query = Record<string, string | boolean>;

const PAGE = 200;
const MOST_PAGES = 25;

/** Reads a list to its end: settings lists are short, and searching one must see all of it. */
export async function readAll<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const read: Page<T> | T[] = await api.get<Page<T> | T[]>(
      path,
      { ...query, limit: PAGE, cursor },
      signal ? { signal } : {},
    );
    if (Array.isArray(read)) return read;
    items.push(...read.items);
    cursor = read.next_cursor;
    if (cursor === null) break;
  }
  return items;
}

export function listQuery<T>(path: string, query: Query = {}) {
  return queryOptions({
    queryKey: ["settings", path, query],
    queryFn: ({ signal }) => readAll<T>(path, query, signal),
  });
}

/** Creates (no id) or changes (id) one item of the list at `path`, then renews the list. */
export function useSave<T>(path: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, body }: { id: string | null; body: unknown }) =>
      id === null ? api.post<T>(path, body) : api.patch<T>(`${path}/${id}`, body),
    onSuccess: () => client.invalidateQueries({ queryKey: ["settings"] }),
  });
}

export function useRemove(path: string, query: Query = {}) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api.delete(`${path}/${id}`, undefined, { query }),
    // Not waited for: the renewed list unmounts the editor, and whoever asked would never hear of the success.
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["settings"] });
    },
  });
}
