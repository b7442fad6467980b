import { EditOutlined, RollbackOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useParams, useSearchParams } from "react-router";
import { isApiError } from "@/api/problem";
import { hasRole, useCurrentUser } from "@/api/session";
import type { Order } from "@/api/types";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { Loading, SkeletonLines } from "@/ui/Loading";
import { usePage } from "@/ui/page";
import { useReturnFocus } from "@/ui/returnFocus";
import { useRowKeys } from "@/ui/rowKeys";
import { useShortcuts } from "@/ui/shortcuts";
import { type OrderAddress, useOrder } from "../api/order";
import { useRuns } from "../api/runs";
import { compareAmounts } from "../amount";
import { OrderStatusTag } from "../OrderTags";
import { useOrderProblem } from "../useOrderProblem";
import { ChangeDialog } from "./ChangeDialog";
import { Changes } from "./Changes";
import { Lines, Particulars, Totals } from "./OrderFacts";
import styles from "./Order.module.css";
import { RefundDialog } from "./RefundDialog";
import { Refunds } from "./Refunds";

function RefundButton({ order, onAsk }: { order: Order; onAsk: () => void }) {
  const { t } = useTranslation("orders");
  const left = compareAmounts(order.refundable.amount, "0") > 0;
  return (
    <div className={styles.ask}>
      <Button
        type="primary"
        icon={<RollbackOutlined aria-hidden />}
        disabled={!left}
        title={left ? t("keys.refund") : t("order.nothingLeft")}
        onClick={onAsk}
      >
        {t("refund.open")}
      </Button>
      {!left && <span className={styles.help}>{t("order.nothingLeft")}</span>}
    </div>
  );
}

function Whole({ order, address }: { order: Order; address: OrderAddress }) {
  const { t } = useTranslation("orders");
  const user = useCurrentUser();
  const [asking, setAsking] = useState<"refund" | "change" | null>(null);
  const remember = useReturnFocus(asking !== null, () => document.querySelector("h1"));
  const ask = (what: "refund" | "change") => () => {
    remember();
    setAsking(what);
  };
  const close = () => setAsking(null);
  const runs = useRuns(order.order_no, order.refunds_open > 0);
  const mayAsk = hasRole(user, "requester", "supervisor");
  const list = useRowKeys(t("order.refunds"), { next: t("keys.next"), previous: t("keys.previous") });
  useShortcuts(t("order.title"), [
    {
      keys: ["r"],
      label: t("refund.open"),
      enabled: mayAsk && compareAmounts(order.refundable.amount, "0") > 0,
      run: ask("refund"),
    },
  ]);
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <div>
          <div className={styles.headLine}>
            <h1 className="num" tabIndex={-1}>
              {order.order_no}
            </h1>
            <OrderStatusTag status={order.status} />
          </div>
          <p className="muted">
            {t(`channel.${order.channel}`)} · {t("order.placed")} <DateTime at={order.placed_at} />
          </p>
        </div>
        {mayAsk && (
          <div className={styles.asks}>
            {order.status !== "closed" && (
              <Button icon={<EditOutlined aria-hidden />} onClick={ask("change")}>
                {t("change.open")}
              </Button>
            )}
            <RefundButton order={order} onAsk={ask("refund")} />
          </div>
        )}
      </header>
      <Totals order={order} />
      <div ref={list} className={styles.columns}>
        <div className={styles.column}>
          <Refunds order={order} runs={runs.data?.results ?? []} />
          <Changes order={order} />
          <Lines order={order} />
        </div>
        <div className={styles.column}>
          <Particulars order={order} />
        </div>
      </div>
      {asking === "refund" && <RefundDialog order={order} address={address} onClose={close} />}
      {asking === "change" && <ChangeDialog order={order} address={address} onClose={close} />}
    </div>
  );
}

export function OrderPage() {
  const { t } = useTranslation("orders");
  const tell = useOrderProblem();
  const { orderNo = "" } = useParams();
  const [params] = useSearchParams();
  const address: OrderAddress = { orderNo, channel: params.get("channel") };
  usePage([{ label: t("list.title"), to: "/orders" }, { label: orderNo }]);
  const query = useOrder(address);
  if (query.data) return <Whole key={orderNo} order={query.data} address={address} />;
  return (
    <div className={styles.page}>
      <h1 className="num">{orderNo}</h1>
      {isApiError(query.error, "order.not_found") ? (
        <EmptyState picture={<RollbackOutlined />} title={tell(query.error)} />
      ) : query.error ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <Loading label={t("order.loading")} onRetry={() => void query.refetch()}>
          <SkeletonLines widths={["30%", "100%", "80%", "90%", "60%"]} />
        </Loading>
      )}
    </div>
  );
}
