/** Sentences for changes in the reader's language. */
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { GraphChange } from "@/api/types";
import type { Variable } from "@/graph/document";
import { useSpeech } from "@/graph/useSpeech";
import { changeText } from "./changeText";

export function useChangeText(variables: readonly Variable[]): (change: GraphChange) => string {
  const { t } = useTranslation("designer");
  const speech = useSpeech();
  return useMemo(
    () => (change) =>
      changeText(change, {
        speech,
        variables,
        say: (key, params) => t(`change.${key}`, { ...params, interpolation: { escapeValue: false } }),
      }),
    [t, speech, variables],
  );
}
