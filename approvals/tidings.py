"""What the house itself says to people about tasks, in both languages. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bedrock.errors import OrderflowError
from workflows.engine.graph import LocalText

_ANSWERS: Final = {
    "approve": LocalText(zh="同意", en="approval"),
    "reject": LocalText(zh="驳回", en="rejection"),
    "abstain": LocalText(zh="弃权", en="abstention"),
}
_OUTCOMES: Final = {
    "approved": LocalText(zh="同意", en="approved"),
    "rejected": LocalText(zh="驳回", en="rejected"),
    "timed_out": LocalText(zh="按超时规则离开", en="left by time-out"),
    "cancelled": LocalText(zh="取消", en="cancelled"),
}
_REFUSALS: Final[Mapping[str, LocalText]] = {
    "task.revision_conflict": LocalText(
        zh="这项待办换了处理人,请重新查看后再决定。",
        en="Other people were asked meanwhile. Look again and decide anew.",
    ),
    "task.not_yours": LocalText(zh="这项待办已不归你处理。", en="The task is no longer yours."),
    "task.moved_on": LocalText(zh="流程已经离开这一步。", en="The run has left this step."),
}
_OTHERWISE: Final = LocalText(zh="现在不能这样处理({code})。", en="It cannot be done now ({code}).")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tidings:
    """One notice of the house: why it comes, its title and its text."""

    cause: str
    title: LocalText
    text: LocalText


def overtaken(answer: str, refusal: OrderflowError) -> Tidings:
    """An answer that was to come into force was refused then."""
    what = _ANSWERS[answer]
    title = LocalText(zh=f"你的「{what.zh}」没有生效", en=f"Your {what.en} did not count")
    return Tidings(cause="overtaken", title=title, text=_reason(refusal))


def _reason(refusal: OrderflowError) -> LocalText:
    fields: Mapping[str, Any] = refusal.fields
    if refusal.code == "task.already_decided":
        by, outcome = str(fields["decided_by"]), _OUTCOMES.get(str(fields["outcome"]))
        how = LocalText(zh="处理", en="decided") if outcome is None else outcome
        return LocalText(
            zh=f"{by} 先{how.zh}了这一单。" if by else f"这一单先被{how.zh}了。",
            en=f"{by or 'Somebody'} was faster: {how.en}.",
        )
    known = _REFUSALS.get(refusal.code, _OTHERWISE)
    return LocalText(zh=known.zh.format(code=refusal.code), en=known.en.format(code=refusal.code))


def handed_over(leaver: str, tasks: int, *, by: str) -> Tidings:
    """Open tasks of somebody who left are somebody else's now."""
    title = LocalText(zh=f"{leaver} 的 {tasks} 项待办交接给了你", en=f"You have taken over {tasks} tasks of {leaver}")
    text = LocalText(zh=f"由 {by} 办理交接,在待办箱里处理。", en=f"Handed over by {by}; they are in your inbox.")
    return Tidings(cause="handed_over", title=title, text=text)


def hurry(by: str, comment: str, *, urgent: bool) -> Tidings:
    """Somebody asks to hurry."""
    title = LocalText(
        zh=f"{by} 催你处理这条待办" + ("(加急)" if urgent else ""),
        en=f"{by} asks you to hurry" + (" (urgent)" if urgent else ""),
    )
    return Tidings(cause="reminded", title=title, text=LocalText(zh=comment, en=comment))
