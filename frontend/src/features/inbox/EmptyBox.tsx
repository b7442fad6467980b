import { CheckCircleOutlined, FileSearchOutlined, InboxOutlined } from "@ant-design/icons";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { hasRole, useCurrentUser } from "@/api/session";
import type { TaskBox } from "@/api/types";
import { EmptyState } from "@/ui/EmptyState";
import { useTaskList } from "./api/listTasks";
import { useSavedViews } from "./api/savedViews";
import { type Filters, filtersOf, NO_FILTERS, said, same } from "./filters/filters";
import { addressOf } from "./useInboxAddress";

function isToday(at: string | null): boolean {
  return at !== null && new Date(at).toDateString() === new Date().toDateString();
}

/** Nothing waits: either nothing ever came, or everything is done – the box of done tasks tells which. */
function NothingToDo() {
  const { t } = useTranslation("inbox");
  const asks = hasRole(useCurrentUser(), "requester");
  const { data, isPending } = useTaskList("done", NO_FILTERS);
  if (isPending) return null;
  const page = data?.pages[0]?.data;
  if (!page || page.results.length === 0) {
    return (
      <EmptyState
        picture={<InboxOutlined />}
        title={t("empty.first.title")}
        action={asks && <Link to={addressOf("started")}>{t("empty.first.started")}</Link>}
      >
        {t("empty.first.text")}
      </EmptyState>
    );
  }
  const today = page.results.filter((task) => isToday(task.closed_at)).length;
  const atLeast = page.next !== null && today === page.results.length;
  return (
    <EmptyState
      picture={<CheckCircleOutlined />}
      title={t("empty.done.title")}
      action={<Link to={addressOf("done")}>{t("empty.done.action")}</Link>}
    >
      {today > 0 && t(atLeast ? "empty.done.atLeast" : "empty.done.today", { count: today })}
    </EmptyState>
  );
}

/** The filters in words, as the person chose them. */
function useFilterWords(box: TaskBox, filters: Filters): string {
  const { t } = useTranslation("inbox");
  const { t: ui } = useTranslation("ui");
  const views = useSavedViews().data?.results ?? [];
  const view = views.find((one) => same(filters, filtersOf(one)));
  if (view) return view.name;
  const { due, ...rest } = said(filters, box);
  return [...Object.values(rest), ...(due ? [t(`filters.${due}`)] : [])].join(ui("list.comma"));
}

const NONE = { done: "empty.noneDone", started: "empty.noneStarted", cc: "empty.noneCopied" } as const;

export function EmptyBox({ box, filters }: { box: TaskBox; filters: Filters }) {
  const { t } = useTranslation("inbox");
  const words = useFilterWords(box, filters);
  if (words) {
    const searched = same(filters, { ...NO_FILTERS, q: filters.q });
    return (
      <EmptyState
        picture={<FileSearchOutlined />}
        title={t("empty.search.title", { q: words })}
        action={<Link to={addressOf(box)}>{t(searched ? "empty.search.action" : "filters.clear")}</Link>}
      />
    );
  }
  if (box === "todo") return <NothingToDo />;
  return <EmptyState picture={<InboxOutlined />} title={t(NONE[box])} />;
}
