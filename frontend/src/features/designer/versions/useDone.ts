/** One act on a flow or its versions: said when it is done, told when it is refused, and everything about the flow read again. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App } from "antd";
import { useProblemText } from "@/ui/problemText";
import { definitionsKey } from "../api/definitions";

export function useDone<T>(id: string, act: (given: T) => Promise<unknown>, words: (given: T) => string) {
  const { message } = App.useApp();
  const tell = useProblemText();
  const client = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSuccess: async (_, given) => {
      void message.success(words(given));
      await client.invalidateQueries({ queryKey: definitionsKey });
      await client.invalidateQueries({ queryKey: ["versions", id] });
    },
    onError: (error) => void message.error(tell(error)),
  });
}
