import { useTranslation } from "react-i18next";
import type { TaskComment, TaskLine, TaskVote } from "@/api/types";
import { useLocal } from "@/i18n/local";
import { DateTime } from "@/ui/DateTime";
import { useAddressees } from "../useAddressees";

function outcomeKeys(outcome: string): [string, string] {
  return [`status.${outcome}`, "status.closed"];
}

function Vote({ vote }: { vote: TaskVote }) {
  const { t } = useTranslation("inbox");
  return (
    <li>
      {vote.source === "timer" || vote.source === "same"
        ? t(`activity.by.${vote.source}`)
        : vote.user.display_name}{" "}
      {t(outcomeKeys(vote.outcome))} <DateTime at={vote.at} />
      {vote.comment && <p>{vote.comment}</p>}
    </li>
  );
}

/** Every step at which people were asked, in the order in which it was reached, with each answer and its words. */
export function Steps({ steps }: { steps: TaskLine[] }) {
  const { t } = useTranslation("inbox");
  const local = useLocal();
  const names = useAddressees();
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">{t("sheet.step")}</th>
          <th scope="col">{t("sheet.state")}</th>
          <th scope="col">{t("sheet.answers")}</th>
          <th scope="col">{t("sheet.time")}</th>
        </tr>
      </thead>
      <tbody>
        {steps.map((step) => (
          <tr key={step.id}>
            <th scope="row">
              {local(step.title)} {step.visit > 1 && t("detail.visit", { count: step.visit })}
            </th>
            <td>
              {step.closed_at === null
                ? t("detail.waitsFor", { names: names(step.candidates) })
                : t(outcomeKeys(step.status))}
            </td>
            <td>
              <ul>
                {step.votes.map((vote, index) => (
                  <Vote key={index} vote={vote} />
                ))}
              </ul>
            </td>
            <td>
              <DateTime at={step.opened_at} />
              {step.closed_at !== null && (
                <>
                  {" – "}
                  <DateTime at={step.closed_at} />
                </>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function Said({ comments }: { comments: TaskComment[] }) {
  return (
    <ul>
      {comments.map((one, index) => (
        <li key={index}>
          {one.actor.display_name} <DateTime at={one.at} />
          <p>{one.text}</p>
        </li>
      ))}
    </ul>
  );
}
