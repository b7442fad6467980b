import {
  CloseCircleOutlined,
  FastForwardOutlined,
  ForwardOutlined,
  ReloadOutlined,
  RollbackOutlined,
  SwapOutlined,
} from "@ant-design/icons";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { InterventionKind } from "@/api/types";
import { usePeople } from "@/graph/useSpeech";
import { useLocal } from "@/i18n/local";
import { DateTime } from "@/ui/DateTime";
import { requesterName } from "../actor";
import type { Run } from "../api/instance";
import { StatusTag, Why } from "../list/Why";
import { useSubjectTitle } from "../subjectTitle";
import { useStanding } from "../useStanding";
import styles from "./Instance.module.css";

const ICONS = {
  "force-advance": FastForwardOutlined,
  retry: ReloadOutlined,
  skip: ForwardOutlined,
  return: RollbackOutlined,
  migrate: SwapOutlined,
  cancel: CloseCircleOutlined,
} as const satisfies Record<InterventionKind, unknown>;
const ORDER: InterventionKind[] = ["retry", "skip", "force-advance", "return", "migrate", "cancel"];

function Actions({ run, onAct }: { run: Run; onAct: (kind: InterventionKind) => void }) {
  const { t } = useTranslation("console");
  return (
    <div className={styles.actions} data-actions>
      {ORDER.filter((kind) => run.can.includes(kind)).map((kind) => {
        const Icon = ICONS[kind];
        return (
          <Button
            key={kind}
            icon={<Icon aria-hidden />}
            danger={kind === "cancel"}
            title={t(`act.keys.${kind}`)}
            onClick={() => onAct(kind)}
          >
            {t(`force.title.${kind}`)}
          </Button>
        );
      })}
    </div>
  );
}

/** What the run is about, how it stands, and what may be done about it. */
export function InstanceHead({ run, onAct }: { run: Run; onAct: (kind: InterventionKind) => void }) {
  const { t } = useTranslation("console");
  const local = useLocal();
  const titleOf = useSubjectTitle();
  const say = useStanding();
  const people = usePeople();
  const requester = requesterName(run.requester, people.data?.results ?? []);
  const orderNo = run.variables["orderNo"];
  return (
    <header className={styles.head}>
      <div className={styles.headText}>
        <div className={styles.headLine}>
          <h1 tabIndex={-1}>{titleOf(run.subject)}</h1>
          <StatusTag status={run.status} />
          {run.jumps.some((jump) => jump.kind === "forced") && (
            <span className={styles.touched}>{t("page.touched")}</span>
          )}
        </div>
        <p className={styles.headFacts}>
          <span>
            {local(run.definition.title)} <span className="num">v{run.version}</span>
          </span>
          {requester && <span>{t("page.requester", { name: requester })}</span>}
          <span>
            {t("page.started")} <DateTime at={run.started_at} />
          </span>
          {run.ended_at && (
            <span>
              {t("page.ended")} <DateTime at={run.ended_at} />
            </span>
          )}
          {run.caller && (
            <Link to={`/console/${run.caller.instance}`}>
              {t(run.caller.item > 0 ? "page.callerItem" : "page.caller", {
                flow: local(run.caller.definition.title) || run.caller.definition.key,
                number: run.caller.item + 1,
              })}
            </Link>
          )}
          {typeof orderNo === "string" && orderNo !== "" && (
            <Link to={`/orders/${encodeURIComponent(orderNo)}`}>{t("page.order")}</Link>
          )}
        </p>
        {run.status === "running" && (
          <p className={styles.headWhy}>
            <Why said={say(run, run.graph)} status={run.status} />
          </p>
        )}
      </div>
      <Actions run={run} onAct={onAct} />
    </header>
  );
}
