/** 订单: finding orders, one order with its refunds. */
import { lazy } from "react";
import type { RouteObject } from "react-router";

const OrdersPage = lazy(async () => ({ default: (await import("./list/OrdersPage")).OrdersPage }));
const OrderPage = lazy(async () => ({ default: (await import("./order/OrderPage")).OrderPage }));

export const routes: RouteObject[] = [
  { path: "orders", element: <OrdersPage /> },
  { path: "orders/:orderNo", element: <OrderPage /> },
];
