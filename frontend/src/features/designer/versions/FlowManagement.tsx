/** What concerns the whole flow: retired or in use, four eyes, and a wish to publish that waits for an answer. */
import { Alert, Button } from "antd";
import { type ReactElement, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { hasRole, useCurrentUser } from "@/api/session";
import type { DefinitionSummary, WishToPublish } from "@/api/types";
import { formatDateTime } from "@/ui/dateFormat";
import { answerWish, type PublishAnswer, useWishToPublish } from "../api/draft";
import { reinstateFlow, retireFlow, wantFourEyes } from "../api/versions";
import { AskReason } from "./AskReason";
import { useDone } from "./useDone";
import styles from "./Versions.module.css";

export function FlowManagement({ flow }: { flow: DefinitionSummary }): ReactElement {
  const { t } = useTranslation("designer");
  const edits = hasRole(useCurrentUser(), "designer");
  const wish = useWishToPublish(flow.id, edits && (flow.asked_to_publish || flow.four_eyes)).data?.request;
  return (
    <>
      {flow.retired_at !== null && <Alert type="warning" showIcon title={t("versions.retiredNote")} />}
      {flow.four_eyes && <Alert type="info" showIcon title={t("versions.fourEyes")} />}
      {wish?.status === "open" && <Wish flow={flow} wish={wish} />}
      {wish?.status === "declined" && (
        <Alert
          type="warning"
          showIcon
          title={t("publish.declined", { who: wish.answered_by, comment: wish.comment })}
        />
      )}
      {edits && <Switches flow={flow} />}
    </>
  );
}

type Act = "retire" | "reinstate" | "fourEyesOn" | "fourEyesOff";

function Switches({ flow }: { flow: DefinitionSummary }): ReactElement {
  const { t } = useTranslation("designer");
  const [asking, setAsking] = useState<Act | null>(null);
  const act = useDone(
    flow.id,
    ({ what, reason }: { what: Act; reason: string }) => ACTS[what](flow.id, reason),
    ({ what }) => t(`versions.${DONE[what]}`),
  );
  if (asking !== null)
    return (
      <AskReason
        question={t(QUESTIONS[asking])}
        does={t(`versions.${asking}`)}
        danger={asking === "retire"}
        pending={act.isPending}
        onCancel={() => setAsking(null)}
        onDo={(reason) => act.mutate({ what: asking, reason }, { onSuccess: () => setAsking(null) })}
      />
    );
  const offered: Act[] = [
    flow.four_eyes ? "fourEyesOff" : "fourEyesOn",
    flow.retired_at === null ? "retire" : "reinstate",
  ];
  return (
    <div className={styles.actions} role="group" aria-label={t("versions.manage")}>
      {offered.map((one) => (
        <Button key={one} size="small" onClick={() => setAsking(one)}>
          {t(`versions.${one}`)}
        </Button>
      ))}
    </div>
  );
}

const ACTS: Record<Act, (id: string, reason: string) => Promise<unknown>> = {
  retire: retireFlow,
  reinstate: reinstateFlow,
  fourEyesOn: (id, reason) => wantFourEyes(id, true, reason),
  fourEyesOff: (id, reason) => wantFourEyes(id, false, reason),
};
const DONE: Record<Act, string> = {
  retire: "retired",
  reinstate: "reinstated",
  fourEyesOn: "fourEyesSaved",
  fourEyesOff: "fourEyesSaved",
};
const QUESTIONS: Record<Act, string> = {
  retire: "versions.retireAsk",
  reinstate: "versions.reinstateAsk",
  fourEyesOn: "versions.fourEyesAsk.on",
  fourEyesOff: "versions.fourEyesAsk.off",
};

/** Who may answer sees the way to the changes first. */
function Wish({ flow, wish }: { flow: DefinitionSummary; wish: WishToPublish }): ReactElement {
  const { t } = useTranslation("designer");
  const [declining, setDeclining] = useState(false);
  const answer = useDone(
    flow.id,
    ({ what, comment = "" }: { what: PublishAnswer; comment?: string }) =>
      answerWish(flow.id, what, { request: wish.id, comment }),
    ({ what }) => t(`publish.answered.${what}`),
  );
  const day = wish.effective_at;
  const since = flow.live_version === null ? "nothing" : "live";
  return (
    <Alert
      type="info"
      showIcon
      title={t("publish.waiting", { who: wish.asked_by, note: wish.note })}
      description={
        <div className={styles.wish}>
          {day !== null && <p>{t("publish.waitingDay", { when: formatDateTime(new Date(day)) })}</p>}
          {declining ? (
            <AskReason
              question={t("publish.declineWhy")}
              label={t("publish.declineWhy")}
              does={t("publish.decline")}
              shortest={2}
              pending={answer.isPending}
              onCancel={() => setDeclining(false)}
              onDo={(comment) => answer.mutate({ what: "decline", comment })}
            />
          ) : (
            <div className={styles.actions}>
              <Link to={`/flows/${flow.id}/compare/${since}/draft`}>{t("versions.compare")}</Link>
              {wish.mine && (
                <Button size="small" onClick={() => answer.mutate({ what: "take-back" })}>
                  {t("publish.takeBack")}
                </Button>
              )}
              {wish.may_answer && (
                <>
                  <Button size="small" onClick={() => setDeclining(true)}>
                    {t("publish.decline")}
                  </Button>
                  <Button
                    size="small"
                    type="primary"
                    loading={answer.isPending}
                    onClick={() => answer.mutate({ what: "confirm" })}
                  >
                    {t("publish.confirmIt")}
                  </Button>
                </>
              )}
            </div>
          )}
        </div>
      }
    />
  );
}
