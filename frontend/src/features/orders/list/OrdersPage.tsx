import { SearchOutlined, ShoppingOutlined } from "@ant-design/icons";
import { Button, Input, type InputRef, Select } from "antd";
import { type RefObject, useRef } from "react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { Loading, SkeletonLines } from "@/ui/Loading";
import { usePage } from "@/ui/page";
import { useRowKeys } from "@/ui/rowKeys";
import { useShortcuts } from "@/ui/shortcuts";
import { useTypedSearch } from "@/ui/typedSearch";
import { usePhone } from "@/ui/useMediaQuery";
import { STATUSES, useOrders } from "../api/orders";
import { OrderCards, OrderTable } from "./OrderRows";
import styles from "./Orders.module.css";
import { type OrderFilters, useOrdersAddress } from "./useOrdersAddress";

type Change = (change: Partial<OrderFilters>) => void;

function Search({
  value,
  onChange,
  field,
}: {
  value: string;
  onChange: Change;
  field: RefObject<InputRef | null>;
}) {
  const { t } = useTranslation("orders");
  const search = useTypedSearch(value, (q) => onChange({ q }));
  return (
    <Input
      ref={field}
      className={styles.search ?? ""}
      prefix={<SearchOutlined aria-hidden />}
      value={search.text}
      allowClear
      placeholder={t("list.search")}
      aria-label={t("list.search")}
      onChange={(event) => search.type(event.target.value)}
      onPressEnter={search.askNow}
    />
  );
}

type FoundProps = { query: ReturnType<typeof useOrders>; narrowed: boolean; onClear: () => void };

function Found({ query, narrowed, onClear }: FoundProps) {
  const { t } = useTranslation("orders");
  const phone = usePhone();
  if (query.error && !query.data)
    return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) {
    return (
      <Loading label={t("list.loading")} onRetry={() => void query.refetch()}>
        <SkeletonLines widths={["96%", "90%", "94%", "88%", "92%", "90%"]} />
      </Loading>
    );
  }
  const orders = query.data.pages.flatMap((page) => page.results);
  if (orders.length > 0) return phone ? <OrderCards orders={orders} /> : <OrderTable orders={orders} />;
  if (narrowed) {
    return (
      <EmptyState
        picture={<SearchOutlined />}
        title={t("empty.narrowed")}
        action={<Button onClick={onClear}>{t("empty.clear")}</Button>}
      >
        {t("empty.narrowedWhy")}
      </EmptyState>
    );
  }
  return (
    <EmptyState picture={<ShoppingOutlined />} title={t("empty.first")}>
      {t("empty.firstWhy")}
    </EmptyState>
  );
}

export function OrdersPage() {
  const { t } = useTranslation("orders");
  usePage([{ label: t("list.title") }]);
  const [filters, change] = useOrdersAddress();
  const query = useOrders(filters);
  const field = useRef<InputRef>(null);
  const list = useRowKeys(t("list.title"), { next: t("keys.next"), previous: t("keys.previous") });
  useShortcuts(t("list.title"), [
    { keys: ["/"], label: t("keys.search"), run: () => field.current?.focus({ cursor: "all" }) },
  ]);
  return (
    <div className={styles.page}>
      <h1>{t("list.title")}</h1>
      <div className={styles.toolbar}>
        <Search value={filters.q} onChange={change} field={field} />
        <Select
          className={styles.status ?? ""}
          aria-label={t("list.status")}
          value={filters.status}
          onChange={(status: OrderFilters["status"]) => change({ status })}
          options={[
            { value: "", label: t("list.allStatuses") },
            ...STATUSES.map((status) => ({ value: status, label: t(`status.${status}`) })),
          ]}
        />
      </div>
      <div ref={list} className={styles.panel} aria-busy={query.isPlaceholderData}>
        <Found
          query={query}
          narrowed={filters.q !== "" || filters.status !== ""}
          onClear={() => change({ q: "", status: "" })}
        />
      </div>
      {query.hasNextPage && (
        <Button
          className={styles.more ?? ""}
          loading={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          {t("list.more")}
        </Button>
      )}
    </div>
  );
}
