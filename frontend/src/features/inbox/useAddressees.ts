import { useTranslation } from "react-i18next";
import type { Addressee } from "@/api/types";
import { useLocal } from "@/i18n/local";

/** `财务部、王芳`. */
export function useAddressees(): (addressees: Addressee[]) => string {
  const { t } = useTranslation("ui");
  const local = useLocal();
  return (addressees) => addressees.map((one) => local(one.name)).join(t("list.comma"));
}
