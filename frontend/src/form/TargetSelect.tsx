/** One searchable list of everybody whom a step may name in one word. */
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
import styles from "./form.module.css";
import { useNameVariables } from "./formVariables";
import { FULL, described, labelled } from "./sizes";
import {
  HEADS_THAT_COUNT,
  type HeadsThatCount,
  headsRule,
  keyOfTarget,
  withHeadsRule,
  withKeys,
} from "./targets";

const LEVELS = [1, 2, 3];
const CHAINS = [2, 3, 4];
const ROLES = ["approver", "supervisor"] as const;
const SEARCH_WAIT_MS = 200;
const HEADS: readonly string[] = ["department_head"];

export function TargetSelect(props: {
  id: string;
  value: unknown;
  onChange: (value: unknown) => void;
  describedBy?: string | undefined;
  label?: string | undefined;
  size?: "small" | "middle";
  /** What may be chosen besides people and groups. */
  kinds?: readonly string[];
}): ReactElement {
  const { t } = useTranslation("form");
  const [search, setSearch] = useState("");
  const options = useTargetOptions(search, props.kinds ?? HEADS);
  const list = Array.isArray(props.value) ? props.value : [];
  const keys = list.flatMap((target) => keyOfTarget(target) ?? []);
  return (
    <>
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
      <HeadsRule {...props} list={list} />
    </>
  );
}

/** Where managers are named: who counts in a department that has several. One answer for all of the list. */
function HeadsRule(props: {
  list: readonly unknown[];
  onChange: (value: unknown) => void;
  label?: string | undefined;
  size?: "small" | "middle";
}): ReactElement | null {
  const { t } = useTranslation("form");
  const rule = headsRule(props.list);
  if (rule === null) return null;
  const label = t("assignees.several.label");
  return (
    <label className={styles.several}>
      <span className={styles.help}>{label}</span>
      <Select<HeadsThatCount>
        {...labelled(props.label ? `${props.label} · ${label}` : label)}
        style={FULL}
        size={props.size ?? "middle"}
        value={rule}
        options={HEADS_THAT_COUNT.map((value) => ({ value, label: t(`assignees.several.${value}`) }))}
        onChange={(next) => props.onChange(withHeadsRule(props.list, next))}
      />
    </label>
  );
}

interface Option {
  value: string;
  label: string;
  search: string;
}

function useTargetOptions(search: string, kinds: readonly string[]): { label: string; options: Option[] }[] {
  const { t } = useTranslation("form");
  const language = currentLanguage();
  const groups = useGroups().data?.results ?? [];
  const people = usePeople().data?.results ?? [];
  const found = useFoundPeople(search);
  const fields = useNameVariables();
  const everybody = new Map([...people, ...found].map((person) => [person.username, person]));
  const optionOf = (value: string, label: string, key = ""): Option => ({
    value,
    label,
    search: `${label} ${key}`,
  });
  const heads = [
    ...LEVELS.map((level) => optionOf(`department_head:${level}`, t("assignees.head", { level }))),
    ...CHAINS.map((last) => optionOf(`department_head:1-${last}`, t("assignees.chain", { last }))),
  ];
  const roles = ROLES.map((role) => optionOf(`role:${role}`, t(`assignees.role.${role}`), role));
  const offered: [string, string, Option[]][] = [
    ["department_head", t("assignees.heads"), heads],
    ["role", t("assignees.roles"), roles],
    [
      "field",
      t("assignees.fields"),
      fields.map((one) => optionOf(`field:${one.value}`, one.label, one.value)),
    ],
    ["requester", t("assignees.others"), [optionOf("requester:", t("assignees.requester"))]],
  ];
  return [
    {
      label: t("assignees.groups"),
      options: groups.map((group) => optionOf(`group:${group.key}`, textOf(group.name, language), group.key)),
    },
    {
      label: t("assignees.people"),
      options: [...everybody.values()].map((person) =>
        optionOf(`user:${person.username}`, person.display_name, person.username),
      ),
    },
    ...offered.filter(([kind]) => kinds.includes(kind)).map(([, label, options]) => ({ label, options })),
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
