/** Choosing from what the server offers: events that start a flow, working calendars, connections, flows to call. */
import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { get } from "@/api/client";
import type { UiHint } from "@/api/documents";
import type { CalendarSummary, ConnectionSummary, DefinitionSummary, Listed, Trigger } from "@/api/types";
import { localText } from "@/i18n/local";
import { currentLanguage } from "@/i18n/index";
import { FULL, described } from "./sizes";
import type { WidgetProps } from "./widgetProps";

const SLOWLY_CHANGING = 5 * 60_000;

export function useTriggers(enabled = true) {
  return useQuery({
    enabled,
    queryKey: ["triggers"],
    queryFn: ({ signal }) => get<Listed<Trigger>>("/triggers", { signal }),
    staleTime: SLOWLY_CHANGING,
  });
}

function useCalendars() {
  return useQuery({
    queryKey: ["calendars"],
    queryFn: ({ signal }) => get<Listed<CalendarSummary>>("/calendars", { signal }),
    staleTime: SLOWLY_CHANGING,
  });
}

function useConnections() {
  return useQuery({
    queryKey: ["connections"],
    queryFn: ({ signal }) => get<Listed<ConnectionSummary>>("/connections", { signal }),
    staleTime: SLOWLY_CHANGING,
  });
}

function useFlows() {
  return useQuery({
    queryKey: ["definitions"],
    queryFn: ({ signal }) => get<Listed<DefinitionSummary>>("/definitions", { signal }),
  });
}

export function TriggerWidget({ id, value, onChange, describedBy }: WidgetProps): ReactElement {
  const { t } = useTranslation("form");
  const triggers = useTriggers().data?.results ?? [];
  const options = triggers.map((one) => ({ value: one.key, label: localText(one.title, currentLanguage()) }));
  return <Choice {...{ id, value, onChange, describedBy, options }} placeholder={t("trigger.byHand")} />;
}

export function CalendarWidget({ id, value, onChange, describedBy }: WidgetProps): ReactElement {
  const { t } = useTranslation("form");
  const calendars = useCalendars().data?.results ?? [];
  const options = calendars.map((one) => ({
    value: one.key,
    label: localText(one.name, currentLanguage()) || one.key,
  }));
  return <Choice {...{ id, value, onChange, describedBy, options }} placeholder={t("calendar.default")} />;
}

/** The connections of the kinds that a field names; of all kinds if it names none. */
export function useConnectionOptions(offered: UiHint["options"]): { value: string; label: string }[] {
  const kinds = new Map((offered ?? []).map((one) => [one.value, one.label]));
  const connections = useConnections().data?.results ?? [];
  return connections
    .filter((one) => kinds.size === 0 || kinds.has(one.kind))
    .map((one) => {
      const kind = kinds.size > 1 ? ` · ${localText(kinds.get(one.kind), currentLanguage())}` : "";
      return { value: one.name, label: `${one.name}${kind} · ${one.base_url}` };
    });
}

export function ConnectionWidget({ id, schema, value, onChange, describedBy }: WidgetProps): ReactElement {
  const { t } = useTranslation("form");
  const options = useConnectionOptions(schema.ui?.options);
  return <Choice {...{ id, value, onChange, describedBy, options }} placeholder={t("connection.choose")} />;
}

/** Published flows; one that is only a draft cannot be called. */
export function FlowWidget({ id, value, onChange, describedBy }: WidgetProps): ReactElement {
  const { t } = useTranslation("form");
  const flows = (useFlows().data?.results ?? []).filter((one) => one.live_version !== null);
  const options = flows.map((one) => ({
    value: one.key,
    label: `${localText(one.title, currentLanguage()) || one.key} · ${one.key}`,
  }));
  return <Choice {...{ id, value, onChange, describedBy, options }} placeholder={t("flow.choose")} />;
}

export function Choice(props: {
  id: string;
  value: unknown;
  onChange: (value: unknown) => void;
  describedBy?: string | undefined;
  options: { value: string; label: string }[];
  placeholder: string;
}): ReactElement {
  return (
    <Select
      id={props.id}
      {...described(props.describedBy)}
      style={FULL}
      allowClear
      showSearch={{ optionFilterProp: "label" }}
      value={typeof props.value === "string" ? props.value : null}
      options={props.options}
      placeholder={props.placeholder}
      onChange={(next: string | null) => props.onChange(next ?? undefined)}
    />
  );
}
