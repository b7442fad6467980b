/** Which test cases a drawing breaks, and the reason for which it is published all the same. */
import { Input } from "antd";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { ApiError } from "@/api/problem";

export function FailingCases({
  error,
  despite,
  onChange,
}: {
  error: ApiError;
  despite: string;
  onChange: (reason: string) => void;
}): ReactElement {
  const { t } = useTranslation("designer");
  const names = [...new Set(error.errors.map((one) => String(one.params?.["name"])))];
  return (
    <>
      <p>{t("publish.casesFailed", { names: names.join(t("ui:list.comma")) })}</p>
      <label htmlFor="publish-despite">{t("publish.despite")}</label>
      <Input
        id="publish-despite"
        value={despite}
        maxLength={2000}
        onChange={(event) => onChange(event.target.value)}
      />
    </>
  );
}
