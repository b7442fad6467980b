import { useTranslation } from "react-i18next";
import type { Addressee } from "@/api/types";
import { useSeatName } from "@/ui/seatName";

/** `财务部、王芳`. */
export function useAddressees(): (addressees: Addressee[]) => string {
  const { t } = useTranslation("ui");
  const nameOf = useSeatName();
  return (addressees) => addressees.map(nameOf).join(t("list.comma"));
}
