import { useTranslation } from "react-i18next";
import type { OrderChange, OrderStatus, RefundStatus } from "@/api/types";
import { StateTag, type Tone } from "@/ui/StateTag";

const ORDER_TONES: Record<OrderStatus, Tone> = {
  pending_payment: "warning",
  awaiting_shipment: "info",
  closed: "neutral",
};
const REFUND_TONES: Record<RefundStatus, Tone> = {
  requested: "info",
  in_review: "info",
  approved: "info",
  refunding: "warning",
  refunded: "success",
  rejected: "danger",
  cancelled: "neutral",
  failed: "danger",
};

const CHANGE_TONES: Record<OrderChange["status"], Tone> = {
  requested: "info",
  in_review: "info",
  applied: "success",
  rejected: "danger",
  cancelled: "neutral",
};

export function OrderStatusTag({ status }: { status: OrderStatus }) {
  const { t } = useTranslation("orders");
  return <StateTag tone={ORDER_TONES[status]}>{t(`status.${status}`)}</StateTag>;
}

export function RefundStatusTag({ status }: { status: RefundStatus }) {
  const { t } = useTranslation("orders");
  return <StateTag tone={REFUND_TONES[status]}>{t(`refundStatus.${status}`)}</StateTag>;
}

export function ChangeStatusTag({ status }: { status: OrderChange["status"] }) {
  const { t } = useTranslation("orders");
  return <StateTag tone={CHANGE_TONES[status]}>{t(`change.status.${status}`)}</StateTag>;
}
