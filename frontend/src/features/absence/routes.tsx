/** 日历与委托: when somebody is away, and who acts for them. */
import { lazy } from "react";
import type { RouteObject } from "react-router";

const AbsencePage = lazy(async () => ({ default: (await import("./AbsencePage")).AbsencePage }));

export const routes: RouteObject[] = [{ path: "absence", element: <AbsencePage /> }];
