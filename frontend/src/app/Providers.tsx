import { type QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { App as AntdApp, ConfigProvider } from "antd";
import en from "antd/locale/en_US";
import zh from "antd/locale/zh_CN";
import { type ReactNode, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { watchNetwork } from "@/api/connection";
import { LiveRegion } from "@/ui/announce";
import { listenForShortcuts } from "@/ui/shortcuts";
import { antdTheme, useTheme } from "@/ui/theme";

export function Providers({ client, children }: { client: QueryClient; children: ReactNode }) {
  const { i18n } = useTranslation();
  const theme = useTheme();
  useEffect(listenForShortcuts, []);
  useEffect(watchNetwork, []);
  return (
    <QueryClientProvider client={client}>
      <ConfigProvider
        locale={i18n.language === "en" ? en : zh}
        theme={antdTheme(theme)}
        button={{ autoInsertSpace: false }}
      >
        <AntdApp component={false} message={{ maxCount: 3 }}>
          {children}
          <LiveRegion />
        </AntdApp>
      </ConfigProvider>
    </QueryClientProvider>
  );
}
