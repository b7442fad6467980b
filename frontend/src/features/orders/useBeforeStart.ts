/** What a request would start: the people to choose, and the path, asked anew when what is typed has settled. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { post } from "@/api/client";
import type { BeforeStart, ToChoose } from "@/api/types";
import { useSettled } from "@/form/checkExpression";
import type { OrderAddress } from "./api/order";

const WAIT_MS = 400;

/** The variables of a run that say who was chosen. */
export type Chosen = Record<string, string | string[]>;

export type ChosenPeople = {
  of: (choice: ToChoose) => string[];
  choose: (choice: ToChoose, names: string[]) => void;
  /** What a request carries; empty while nobody was chosen. */
  variables: Chosen;
  isComplete: (choices: readonly ToChoose[]) => boolean;
};

export function useChosenPeople(): ChosenPeople {
  const [variables, setVariables] = useState<Chosen>({});
  const of = (choice: ToChoose) => [variables[choice.variable] ?? []].flat();
  return {
    variables,
    of,
    choose: (choice, names) => {
      const others = Object.entries(variables).filter(([name]) => name !== choice.variable);
      const value = choice.is_list ? names : names.at(-1);
      const given: [string, string | string[]][] = value?.length ? [[choice.variable, value]] : [];
      setVariables(Object.fromEntries([...others, ...given]));
    },
    isComplete: (choices) => choices.every((choice) => of(choice).length > 0),
  };
}

/** `wish` is what would be sent; null while there is nothing to look at yet. */
export function useBeforeStart(
  { orderNo, channel }: OrderAddress,
  kind: "refunds" | "changes",
  wish: Record<string, unknown> | null,
) {
  const settled = useSettled(JSON.stringify(wish), WAIT_MS);
  return useQuery({
    queryKey: ["before-start", kind, orderNo, channel, settled],
    queryFn: ({ signal }) => {
      const query = channel ? `?channel=${encodeURIComponent(channel)}` : "";
      const path = `/orders/${encodeURIComponent(orderNo)}/${kind}/preview${query}`;
      return post<BeforeStart>(path, JSON.parse(settled) as unknown, { signal });
    },
    enabled: settled !== "null",
    placeholderData: keepPreviousData,
    retry: false,
    gcTime: 0,
  });
}
