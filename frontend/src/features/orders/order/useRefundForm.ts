/** The refund that is being asked for: what is typed, what is wrong with it, and the key that keeps it single. */
import { useRef, useState } from "react";
import type { MoneyValue, Order } from "@/api/types";
import { shareOf } from "@/ui/moneyFormat";
import { readAmount, troubleOf } from "../amount";
import type { RefundRequest } from "../api/requestRefund";
import type { Chosen } from "../useBeforeStart";

function freshKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The same content keeps its key, so that asking again after a lost answer is not asking twice. */
function useKey(): (content: string) => string {
  const last = useRef({ content: "", key: "" });
  return (content) => {
    if (last.current.content !== content) last.current = { content, key: freshKey() };
    return last.current.key;
  };
}

export function useRefundForm(order: Order) {
  const [typed, setTyped] = useState("");
  const [reason, setReason] = useState("");
  const [told, setTold] = useState(false);
  const keyFor = useKey();
  const text = readAmount(typed);
  const amount: MoneyValue | null =
    text === null ? null : { amount: text, currency: order.refundable.currency };
  const amountTrouble = troubleOf(typed, order.refundable);
  const reasonMissing = reason.trim() === "";
  const spoken = amountTrouble === "missing" ? told : told || amountTrouble === "tooMuch";
  return {
    typed,
    setTyped,
    reason,
    setReason,
    share: amount && amountTrouble === null ? shareOf(amount, order.total) : null,
    amountTrouble: spoken ? amountTrouble : null,
    reasonMissing: told && reasonMissing,
    tell: () => setTold(true),
    firstTrouble: amountTrouble !== null ? ("amount" as const) : reasonMissing ? ("reason" as const) : null,
    told,
    /** What a look ahead is asked with; null while the amount is none. */
    wish: amount === null || amountTrouble !== null ? null : { amount },
    /** What to send; null while something is wrong. */
    request: (variables: Chosen): RefundRequest | null => {
      if (amount === null || amountTrouble !== null || reasonMissing) return null;
      const wanted = { amount, reason: reason.trim(), variables };
      return { ...wanted, key: keyFor(JSON.stringify(wanted)) };
    },
  };
}
