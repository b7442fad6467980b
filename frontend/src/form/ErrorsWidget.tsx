/** Exits of a step that failed: the codes that each takes, in the order in which they are tried. */
import { Input, Select } from "antd";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { ERROR, type ErrorExit, errorExitsOf, freshId, textOf } from "@/graph/document";
import { currentLanguage } from "@/i18n/index";
import { RowList } from "./RowList";
import { useVariableOptions } from "./formVariables";
import { FULL } from "./sizes";
import type { WidgetProps } from "./widgetProps";

const MOST = 20;
const ANY = "*";

export function ErrorsWidget({ schema, value, onChange }: WidgetProps): ReactElement {
  const { t } = useTranslation("form");
  const exits = errorExitsOf({ on_error: value });
  const port = exits.some((one) => one.port === ERROR) ? freshId(ERROR) : ERROR;
  return (
    <RowList
      rows={exits}
      most={schema.maxItems ?? MOST}
      words={{
        add: t("errors.add"),
        name: (number) => t("errors.row", { number }),
        remove: (number) => t("errors.remove", { number }),
      }}
      fresh={{ codes: [ANY], port }}
      onChange={onChange}
    >
      {(exit, change, number) => <ExitRow exit={exit} number={number} onChange={change} />}
    </RowList>
  );
}

interface RowProps {
  exit: ErrorExit;
  number: number;
  onChange: (exit: ErrorExit) => void;
}

function ExitRow({ exit, number, onChange }: RowProps): ReactElement {
  const { t } = useTranslation("form");
  const variables = useVariableOptions();
  const language = currentLanguage().startsWith("en") ? "en" : "zh";
  const rename = (text: string): void => onChange({ ...exit, name: { ...exit.name, [language]: text } });
  const keepIn = (name: string | null | undefined): void => onChange({ ...exit, into: name ?? "" });
  return (
    <>
      <Select
        mode="tags"
        aria-label={t("errors.codes", { number })}
        size="small"
        style={FULL}
        open={false}
        suffixIcon={null}
        tokenSeparators={[",", " ", "、"]}
        placeholder={t("errors.codesPlaceholder")}
        value={Array.isArray(exit.codes) ? exit.codes : []}
        onChange={(codes: string[]) => onChange({ ...exit, codes })}
      />
      <Input
        aria-label={t("errors.name", { number })}
        size="small"
        placeholder={t("errors.namePlaceholder")}
        value={textOf(exit.name, language)}
        onChange={(event) => rename(event.target.value)}
      />
      <Select
        aria-label={t("errors.into", { number })}
        size="small"
        style={FULL}
        allowClear
        placeholder={t("errors.into", { number })}
        value={exit.into || null}
        options={variables}
        onChange={keepIn}
      />
    </>
  );
}
