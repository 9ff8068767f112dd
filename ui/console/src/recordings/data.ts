/** Reading a tenant's recording rule by the API. */
import { queryOptions } from "@tanstack/react-query";
import { api } from "../app/api.ts";
import type { Rule } from "./wire.ts";

export const RULE_PATH = "/api/recording-rule";

export function ruleQuery(tenant_id: string) {
  return queryOptions({
    queryKey: ["recording-rule", tenant_id],
    queryFn: ({ signal }) => api.get<Rule>(RULE_PATH, { tenant_id }, { signal }),
  });
}
