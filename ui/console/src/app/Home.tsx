import { Navigate } from "@tanstack/react-router";
import { hasScope, useSession } from "./session.tsx";

/** `/app`: everybody to the page where their work is. */
export function Home() {
  const session = useSession();
  if (session.agent || hasScope(session, "desk.use")) return <Navigate to="/app/desk" replace />;
  if (hasScope(session, "wall.read")) return <Navigate to="/app/wall" replace />;
  return <Navigate to="/app/settings" replace />;
}
