/** A seat for people: the name, and for whom the person acts there. */
import { useTranslation } from "react-i18next";
import type { Addressee } from "@/api/types";
import { useLocal } from "@/i18n/local";

/** `韩梅梅(代 李雷 处理)`. */
export function useSeatName(): (seat: Addressee) => string {
  const { t } = useTranslation("ui");
  const local = useLocal();
  return (seat) => {
    const who = local(seat.name);
    return seat.on_behalf_of ? t("behalf.seat", { who, name: seat.on_behalf_of.name }) : who;
  };
}
