/** Choosing people: groups, members and the requester's managers in one searchable list. */
import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { type ReactElement, useState } from "react";
import { useTranslation } from "react-i18next";
import { get } from "@/api/client";
import type { Page, Person } from "@/api/types";
import { textOf } from "@/graph/document";
import { useGroups, usePeople } from "@/graph/useSpeech";
import { currentLanguage } from "@/i18n/index";
import { useSettled } from "./checkExpression";
import { FULL, described, labelled } from "./sizes";
import { keyOfTarget, withKeys } from "./targets";
import type { WidgetProps } from "./widgetProps";

const LEVELS = [1, 2, 3];
const SEARCH_WAIT_MS = 200;

export function AssigneesWidget({ id, value, onChange, describedBy }: WidgetProps): ReactElement {
  return <TargetSelect id={id} value={value} onChange={onChange} describedBy={describedBy} />;
}

export function TargetSelect(props: {
  id: string;
  value: unknown;
  onChange: (value: unknown) => void;
  describedBy?: string | undefined;
  label?: string | undefined;
  size?: "small" | "middle";
  /** Whether the requester's managers may be chosen as well. */
  heads?: boolean;
}): ReactElement {
  const { t } = useTranslation("form");
  const [search, setSearch] = useState("");
  const options = useTargetOptions(search, props.heads ?? true);
  const list = Array.isArray(props.value) ? props.value : [];
  const keys = list.flatMap((target) => keyOfTarget(target) ?? []);
  return (
    <Select
      id={props.id}
      {...labelled(props.label)}
      {...described(props.describedBy)}
      mode="multiple"
      style={FULL}
      size={props.size ?? "middle"}
      value={keys}
      options={options}
      placeholder={t("assignees.placeholder")}
      notFoundContent={t("assignees.none")}
      showSearch={{ optionFilterProp: "search", onSearch: setSearch }}
      onChange={(next: string[]) => props.onChange(withKeys(list, next))}
    />
  );
}

interface Option {
  value: string;
  label: string;
  search: string;
}

function useTargetOptions(search: string, heads: boolean): { label: string; options: Option[] }[] {
  const { t } = useTranslation("form");
  const language = currentLanguage();
  const groups = useGroups().data?.results ?? [];
  const people = usePeople().data?.results ?? [];
  const found = useFoundPeople(search);
  const everybody = new Map([...people, ...found].map((person) => [person.username, person]));
  return [
    {
      label: t("assignees.groups"),
      options: groups.map((group) => {
        const name = textOf(group.name, language);
        return { value: `group:${group.key}`, label: name, search: `${name} ${group.key}` };
      }),
    },
    {
      label: t("assignees.people"),
      options: [...everybody.values()].map((person) => ({
        value: `user:${person.username}`,
        label: person.display_name,
        search: `${person.display_name} ${person.username}`,
      })),
    },
    {
      label: t("assignees.heads"),
      options: (heads ? LEVELS : []).map((level) => {
        const name = t("assignees.head", { level });
        return { value: `department_head:${level}`, label: name, search: name };
      }),
    },
  ].filter((one) => one.options.length > 0);
}

function useFoundPeople(search: string): Person[] {
  const settled = useSettled(search.trim(), SEARCH_WAIT_MS);
  const query = useQuery({
    queryKey: ["people", settled],
    queryFn: ({ signal }) => get<Page<Person>>("/people", { query: { q: settled }, signal }),
    enabled: settled !== "",
  });
  return query.data?.results ?? [];
}
