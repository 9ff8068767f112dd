/** Who is signed in. One query; everything else asks it. */
import { QueryClient, queryOptions, useSuspenseQuery } from "@tanstack/react-query";
import { api, Problem, setCsrf } from "./api.ts";

export interface Tenant {
  id: string;
  name: string;
  name_en?: string | null;
  colour: string;
}

export interface Session {
  person: { id: string; name: string; locale: string; tenant_id: string; roles: string[] };
  tenants: Tenant[];
  scopes: string[];
  agent: boolean;
  floor_id: string | null;
  csrf: string;
  demo: boolean;
}

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      // A refusal stays a refusal; only what the network or the server lost is worth asking again.
      retry: (count, error) =>
        count < 2 && (!(error instanceof Problem) || error.status === 0 || error.status >= 500),
    },
  },
});

async function fetchSession(): Promise<Session | null> {
  try {
    const session = await api.get<Session>("/api/session");
    setCsrf(session.csrf);
    return session;
  } catch (error) {
    if (error instanceof Problem && error.status === 401) return null;
    throw error;
  }
}

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: fetchSession,
  staleTime: Infinity,
});

/** Takes a fresh session (after sign-in or entering the demo) as the current one. */
export function adoptSession(session: Session): void {
  setCsrf(session.csrf);
  queryClient.clear();
  queryClient.setQueryData(sessionQuery.queryKey, session);
}

export async function signIn(email: string, password: string, totp?: string): Promise<Session> {
  const session = await api.post<Session>("/api/session", { email, password, ...(totp ? { totp } : {}) });
  adoptSession(session);
  return session;
}

export async function signOut(): Promise<void> {
  try {
    await api.delete("/api/session");
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 401) throw error;
  }
  queryClient.clear();
  queryClient.setQueryData(sessionQuery.queryKey, null);
}

/** The session inside of `/app`, where there always is one (the router sees to it). */
export function useSession(): Session {
  const { data } = useSuspenseQuery(sessionQuery);
  if (!data) throw new Error("no session outside of /app");
  return data;
}

/** A tenant's own colour; none for one that the person does not serve. */
export function useTenantColour(id: string): string | undefined {
  return useSession().tenants.find((tenant) => tenant.id === id)?.colour;
}

export function hasScope(session: Session, ...scopes: string[]): boolean {
  return scopes.some((scope) => session.scopes.includes(scope));
}
