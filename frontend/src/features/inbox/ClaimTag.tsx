import { PushpinOutlined } from "@ant-design/icons";
import { useTranslation } from "react-i18next";
import { useCurrentUser } from "@/api/session";
import type { Task } from "@/api/types";
import { StateTag } from "@/ui/StateTag";
import { claimsOf } from "./claims";

/** `王芳 已认领`: nobody else of the pool can answer. Nothing where nobody has. */
export function ClaimTag({ task }: { task: Pick<Task, "candidates"> }) {
  const { t } = useTranslation("inbox");
  const me = useCurrentUser().username;
  const [claim] = claimsOf(task);
  if (!claim) return null;
  const mine = claim.username === me;
  return (
    <StateTag tone={mine ? "info" : "neutral"} icon={<PushpinOutlined aria-hidden />}>
      {mine ? t("claim.mine") : t("claim.by", { name: claim.display_name })}
    </StateTag>
  );
}
