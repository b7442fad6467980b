import { useState } from "react";
import { flushSync } from "react-dom";
import { createBrowserRouter, RouterProvider } from "react-router";
import { Providers } from "./Providers";
import { makeQueryClient } from "./queryClient";
import { routes } from "./routes";

export function App() {
  const [client] = useState(makeQueryClient);
  const [router] = useState(() => createBrowserRouter(routes));
  return (
    <Providers client={client}>
      <RouterProvider router={router} flushSync={(update) => void flushSync(update)} />
    </Providers>
  );
}
