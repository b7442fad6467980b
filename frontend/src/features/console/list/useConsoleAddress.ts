/** The filters live in the address, so that a list can be sent to somebody and the way back finds it again. */
import { useSearchParams } from "react-router";
import { FIRST_VIEW, type View, viewOf } from "./views";

export type ConsoleFilters = { view: View; flow: string; subject: string };

export function useConsoleAddress(): [ConsoleFilters, (change: Partial<ConsoleFilters>) => void] {
  const [params, setParams] = useSearchParams();
  const filters: ConsoleFilters = {
    view: viewOf(params.get("view")),
    flow: params.get("flow") ?? "",
    subject: params.get("q") ?? "",
  };
  const change = (wanted: Partial<ConsoleFilters>) => {
    const next = { ...filters, ...wanted };
    const address = new URLSearchParams();
    if (next.view !== FIRST_VIEW) address.set("view", next.view);
    if (next.flow) address.set("flow", next.flow);
    if (next.subject) address.set("q", next.subject);
    setParams(address, { replace: true });
  };
  return [filters, change];
}
