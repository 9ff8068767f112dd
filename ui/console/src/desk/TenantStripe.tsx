import { cx } from "@kit/ui";
import { useTenantColour } from "../app/session.tsx";

/** A line in the tenant's colour at the left edge of what is theirs. Decoration: the tenant's name stands beside it. */
export function TenantStripe({ id, className }: { id: string; className?: string }) {
  const colour = useTenantColour(id);
  return (
    <span
      aria-hidden
      className={cx("absolute left-0 w-1 bg-edge", className)}
      style={colour ? { backgroundColor: colour } : undefined}
    />
  );
}
