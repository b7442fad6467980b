/** All addresses. A feature offers its own in `features/<name>/routes.tsx` as `routes`; the shell surrounds them. */
import type { RouteObject } from "react-router";
import { CrashPage } from "./CrashPage";
import { HomeRedirect } from "./HomeRedirect";
import { NotFoundPage } from "./NotFoundPage";
import { SignedIn } from "./SignedIn";
import { SignInPage } from "./SignInPage";

const features = import.meta.glob<RouteObject[]>("../features/*/routes.tsx", {
  eager: true,
  import: "routes",
});

export const routes: RouteObject[] = [
  { path: "/sign-in", element: <SignInPage />, errorElement: <CrashPage /> },
  {
    path: "/",
    element: <SignedIn />,
    hydrateFallbackElement: <></>,
    errorElement: <CrashPage />,
    children: [
      {
        errorElement: <CrashPage />,
        children: [
          { index: true, element: <HomeRedirect /> },
          ...Object.values(features).flat(),
          { path: "*", element: <NotFoundPage /> },
        ],
      },
    ],
  },
];
