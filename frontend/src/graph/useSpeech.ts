/** The words a drawing needs: node types, names of people and groups, texts of this language. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { get } from "@/api/client";
import type { Group, Listed, NodeTypeInfo, Page, Person } from "@/api/types";
import { currentLanguage } from "@/i18n/index";
import type { Speech } from "./describe";
import { textOf } from "./document";

const SLOWLY_CHANGING = 5 * 60_000;

export function useNodeTypes() {
  return useQuery({
    queryKey: ["node-types"],
    queryFn: ({ signal }) => get<Listed<NodeTypeInfo>>("/node-types", { signal }),
    staleTime: SLOWLY_CHANGING,
  });
}

export function useGroups() {
  return useQuery({
    queryKey: ["groups"],
    queryFn: ({ signal }) => get<Listed<Group>>("/groups", { signal }),
    staleTime: SLOWLY_CHANGING,
  });
}

export function usePeople() {
  return useQuery({
    queryKey: ["people", ""],
    queryFn: ({ signal }) => get<Page<Person>>("/people", { signal }),
    staleTime: SLOWLY_CHANGING,
  });
}

const NOT_YET = "…";

/** A name that is still loading is a blank to come; one that nobody knows is shown by its key. */
export function useSpeech(): Speech {
  const { t } = useTranslation("graph");
  const language = currentLanguage();
  const types = useNodeTypes().data?.results;
  const { data: listed, isPending: groupsPending } = useGroups();
  const { data: page, isPending: peoplePending } = usePeople();
  const groups = listed?.results;
  const people = page?.results;
  const waiting = groupsPending || peoplePending;
  return useMemo(() => {
    const names = new Map<string, string>();
    for (const group of groups ?? []) names.set(`group ${group.key}`, textOf(group.name, language));
    for (const person of people ?? []) names.set(`user ${person.username}`, person.display_name);
    return {
      language,
      say: (key, params) => t(key, { ...params }),
      nameOf: (kind, key) => names.get(`${kind} ${key}`) ?? (waiting ? NOT_YET : key),
      types: new Map((types ?? []).map((type) => [type.type, type])),
    };
  }, [t, language, types, groups, people, waiting]);
}
