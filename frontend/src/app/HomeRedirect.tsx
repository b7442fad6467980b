import { Navigate } from "react-router";
import { useCurrentUser } from "@/api/session";
import { homeOf } from "./places";

export function HomeRedirect() {
  return <Navigate to={homeOf(useCurrentUser())} replace />;
}
