import type { MoneyValue } from "@/api/types";
import { formatMoney } from "./moneyFormat";

/** `¥1,280.00` with digits of equal width. */
export function Money({ value }: { value: MoneyValue }) {
  return <span className="num">{formatMoney(value)}</span>;
}
