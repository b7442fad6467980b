import { RollbackOutlined } from "@ant-design/icons";
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
  const [asking, setAsking] = useState(false);
  const remember = useReturnFocus(asking, () => document.querySelector("h1"));
  const ask = () => {
    remember();
    setAsking(true);
  };
  const runs = useRuns(order.order_no, order.refunds_open > 0);
  const mayAsk = hasRole(user, "requester", "supervisor");
  const list = useRowKeys(t("order.refunds"), { next: t("keys.next"), previous: t("keys.previous") });
  useShortcuts(t("order.title"), [
    {
      keys: ["r"],
      label: t("refund.open"),
      enabled: mayAsk && compareAmounts(order.refundable.amount, "0") > 0,
      run: ask,
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
        {mayAsk && <RefundButton order={order} onAsk={ask} />}
      </header>
      <Totals order={order} />
      <div ref={list} className={styles.columns}>
        <div className={styles.column}>
          <Refunds order={order} runs={runs.data?.results ?? []} />
          <Lines order={order} />
        </div>
        <div className={styles.column}>
          <Particulars order={order} />
        </div>
      </div>
      {asking && <RefundDialog order={order} address={address} onClose={() => setAsking(false)} />}
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
