"""What the approval node can be told: who, how many, how long, and what then. Its schema draws the property panel."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from approvals.fields import FILLED, FieldRule
from approvals.targets import Addressee, ExpressionTarget, Target, Targets, spread
from approvals.vote_config import VoteConfig
from approvals.voting import Mode
from workflows.engine.graph import Document
from workflows.engine.node_type import Config
from workflows.engine.panel import by_kind, only_for, ui, with_columns

_ROLE, _FIELD = ("role", "角色", "Role"), ("field", "字段里的人", "Person in a field")
_OTHERS = (
    _ROLE, _FIELD, ("requester", "申请人", "Requester"), ("expression", "按条件", "By condition"),
    ("requester_choice", "申请人自选", "Chosen by the requester"),
)  # fmt: skip


class TimeoutConfig(Document):
    """One step of the row of timeouts. `after` counts from the step before, or from the opening."""

    after: str = Field(max_length=40)
    clock: Literal["working", "wall"] = "working"
    do: Literal["remind", "transfer", "approve", "reject", "leave"]
    to: tuple[Target, ...] = Field(default=(), max_length=50)


class RejectionConfig(Document):
    """What a rejection leads to: the exit `rejected` ("port"), the nearest earlier approval ("previous"), whoever asked
    for the run and may revise it ("requester"), or a step by its id. `resume`: from there step by step, or back to this
    step if the way still leads here.
    """

    to: str = Field(default="port", min_length=1, max_length=64)
    resume: Literal["restart", "back"] = "restart"


class ApprovalConfig(Config):
    """Settings of an approval."""

    assign: Targets = Field(
        json_schema_extra=ui("assignees", zh="审批人", en="Approvers", group="who", options=_OTHERS),
    )
    mode: Mode = Field(
        default=Mode.ANY,
        json_schema_extra=ui(
            "select", zh="多人审批方式", en="When several are asked", group="who",
            options=(
                ("any", "或签:一人处理即可", "Any one decides"), ("all", "会签:须所有人同意", "All must approve"),
                ("sequence", "依次:按顺序逐个同意", "One after the other"), ("vote", "票签:达到票数即可", "By vote"),
            ),
        ),
    )  # fmt: skip
    vote: VoteConfig = Field(
        default=VoteConfig(),
        json_schema_extra=only_for(
            ui(
                "vote", zh="计票规则", en="What is enough", group="who",
                help_zh="同意与驳回两条规则同时满足时按驳回处理;所有人表态后两条都不满足也按驳回处理。",
                help_en="Where both rules hold it is rejected, and so it is when all have answered and neither holds.",
            ),
            field="mode", value="vote",
        ),
    )  # fmt: skip
    on_requester: Literal["skip", "department_head", "supervisors"] = Field(
        default="skip",
        json_schema_extra=ui(
            "select", zh="审批人就是申请人时", en="When the requester is an approver", group="who",
            options=(
                ("skip", "跳过本人", "Leave them out"),
                ("department_head", "转给其部门负责人", "Ask their department head"),
                ("supervisors", "转给流程主管", "Ask the supervisors"),
            ),
        ),
    )  # fmt: skip
    on_duplicate: Literal["none", "adjacent", "keep_first"] = Field(
        default="none",
        json_schema_extra=ui(
            "select", zh="同一人已在前面同意过", en="When somebody approved before", group="who",
            help_zh="只算本人在本轮对同样的数据亲自点的同意;数据变了或退回过,就要重新审。",
            help_en="Only their own approval of the same data counts; after a change or a return they decide anew.",
            options=(
                ("none", "仍要审批", "They decide again"),
                ("adjacent", "紧邻的上一步同意过则自动通过", "Counts, if in the step just before"),
                ("keep_first", "前面任何一步同意过则自动通过", "Counts, from any step before"),
            ),
        ),
    )  # fmt: skip
    apart_from: tuple[Annotated[str, Field(min_length=1, max_length=64)], ...] = Field(
        default=(), max_length=20,
        json_schema_extra=ui(
            "steps", zh="不得与这些步骤同一人审批", en="Not the same person as in", group="who",
            help_zh="在那些步骤表过态的人,不能再审这一步。",
            help_en="Whoever had their say in one of those steps does not decide this one.",
        ),
    )  # fmt: skip
    when_empty: Literal["ask", "reject", "pass", "stop"] = Field(
        default="ask",
        json_schema_extra=ui(
            "select", zh="无人可审批时", en="When nobody is left", group="who",
            options=(
                ("ask", "转给其他人", "Ask somebody else"), ("reject", "自动驳回", "Reject"),
                ("pass", "自动通过", "Approve"), ("stop", "停下等人处理", "Stop for a person"),
            ),
        ),
    )  # fmt: skip
    pass_when: str = Field(
        default="", max_length=2000,
        json_schema_extra=only_for(
            ui(
                "expression", zh="仅当成立时自动通过", en="Approve only while this holds", group="who",
                help_zh="涉及金额的流程必须写明上限,如 ${refundAmount} <= 30 CNY;不成立则转给其他人。",
                help_en="Flows with money need a ceiling, such as ${refundAmount} <= 30 CNY; else others are asked.",
            ),
            field="when_empty", value="pass",
        ),
    )  # fmt: skip
    on_empty: tuple[Target, ...] = Field(
        default=(), max_length=50,
        json_schema_extra=ui(
            "assignees", zh="无人可审批时转给", en="Whom to ask when nobody is left", group="who",
            options=(_ROLE, _FIELD), help_zh="留空则转给流程主管。", help_en="Left empty, the supervisors decide.",
        ),
    )  # fmt: skip
    comment: Literal["on_reject", "always"] = Field(
        default="on_reject",
        json_schema_extra=ui(
            "select", zh="审批意见", en="Comment", group="advanced",
            options=(("on_reject", "驳回时必填", "Required to reject"), ("always", "总是必填", "Always required")),
        ),
    )  # fmt: skip
    fields: tuple[FieldRule, ...] = Field(
        default=(), max_length=100,
        json_schema_extra=by_kind(
            with_columns(
                ui(
                    "rows", zh="字段权限", en="Fields", group="what",
                    help_zh="审批人能看到、能填写哪些字段;隐藏的字段在任何页面和接口都不显示。",
                    help_en="What approvers see and fill in; a hidden field is shown on no page and by no interface.",
                ),
                ("name", "variable", "字段", "Field"), ("access", "select", "权限", "They may"),
            ),
            "access",
            ("read", "只读", "Read it", ()), ("write", "可填写", "Fill it in", ()),
            ("required", "同意时必填", "Have to fill it in to approve", ()), ("hidden", "隐藏", "Not see it", ()),
        ),
    )  # fmt: skip
    on_reject: RejectionConfig = Field(
        default=RejectionConfig(),
        json_schema_extra=ui(
            "rejection", zh="驳回后", en="After a rejection", group="after",
            help_zh="退回次数用完、或已不能退回时,走「驳回」出口。",
            help_en="When no return is left, or none is possible any more, it leaves by “rejected”.",
        ),
    )  # fmt: skip
    returns: Literal["branch", "anywhere", "nowhere"] = Field(
        default="branch",
        json_schema_extra=ui(
            "select", zh="允许退回到", en="May return to", group="after",
            options=(
                ("branch", "本分支内走过的步骤", "Earlier steps of this branch"),
                ("anywhere", "任何走过的步骤(并行一并撤回)", "Any earlier step (parallel work is withdrawn)"),
                ("nowhere", "不允许退回", "Nowhere"),
            ),
        ),
    )  # fmt: skip
    return_rounds: int = Field(
        default=10, ge=1, le=100,
        json_schema_extra=ui(
            "number", zh="最多退回几次", en="Returns at most", group="after",
            help_zh="整个流程中从这一步退回的次数", help_en="From this step, over the whole run",
        ),
    )  # fmt: skip
    return_repeats: bool = Field(
        default=False,
        json_schema_extra=ui(
            "switch", zh="退回后自动步骤可再次执行", en="Automatic steps may act again", group="after",
            help_zh="关闭时,之后若已有步骤对外执行过(退款、通知等),就不能退回到它之前。",
            help_en="When off, nobody returns to before a step that has acted outside, such as a refund or a message.",
        ),
    )  # fmt: skip
    copy_to: tuple[Addressee, ...] = Field(
        default=(), max_length=50,
        json_schema_extra=ui(
            "assignees", zh="抄送给", en="Send copies to", group="after",
            help_zh="只能查看、不能处理;同一个单子每人只收到一次。",
            help_en="They may read the case and do nothing with it; each gets a run once.",
        ),
    )  # fmt: skip
    copy_when: Literal["opened", "approved", "rejected", "decided"] = Field(
        default="decided",
        json_schema_extra=ui(
            "select", zh="何时抄送", en="When to send copies", group="after",
            options=(
                ("opened", "到达这一步时", "When the step begins"), ("approved", "同意后", "After an approval"),
                ("rejected", "驳回后", "After a rejection"), ("decided", "有结论后", "After any outcome"),
            ),
        ),
    )  # fmt: skip
    timeouts: tuple[TimeoutConfig, ...] = Field(
        default=(), max_length=10,
        json_schema_extra=ui(
            "timeouts", zh="超时处理", en="Timeouts", group="when",
            help_zh="依次执行;每一步从上一步起计时。",
            help_en="One after the other; each counts from the one before.",
            options=(
                ("remind", "提醒", "Remind"), ("transfer", "转交", "Transfer"), ("approve", "自动同意", "Approve"),
                ("reject", "自动驳回", "Reject"), ("leave", "走超时出口", "Leave by “timed out”"),
            ),
        ),
    )  # fmt: skip
    calendar: str | None = Field(
        default=None, max_length=64,
        json_schema_extra=ui(
            "calendar", zh="工作日历", en="Calendar", group="when",
            help_zh="留空则用审批组或部门的日历。",
            help_en="Left empty, the calendar of the group or department counts.",
        ),
    )  # fmt: skip
    offline: Literal["pause", "transfer", "ignore"] = Field(
        default="pause",
        json_schema_extra=ui(
            "select", zh="离线时段", en="While approvers are away", group="when",
            options=(
                ("pause", "暂停计时", "Pause the clock"),
                ("transfer", "分派时改派", "Ask somebody else when assigning"),
                ("ignore", "照常计时", "Keep counting"),
            ),
        ),
    )  # fmt: skip
    offline_to: tuple[Target, ...] = Field(
        default=(), max_length=50,
        json_schema_extra=ui(
            "assignees", zh="离线时改派给", en="Ask instead", group="when", options=(_ROLE, _FIELD),
            help_zh="留空则用第一个超时转交对象。", help_en="Left empty, the target of the first timeout transfer.",
        ),
    )  # fmt: skip

    def named(self) -> Iterator[tuple[str, Target]]:
        """Every target that these settings name anywhere, each with its place."""
        lists = [("assign", self.assign), ("on_empty", self.on_empty), ("offline_to", self.offline_to)]
        lists += [(f"timeouts.{index}.to", timeout.to) for index, timeout in enumerate(self.timeouts)]
        for path, targets in lists:
            yield from ((f"{path}.{place}", target) for place, target in spread(targets))

    def filled_in(self) -> frozenset[str]:
        """The names of the variables that approvers may fill in."""
        return frozenset(rule.name for rule in self.fields if rule.access in FILLED)

    def conditions(self) -> Iterator[str]:
        """The conditions of all targets that have some."""
        for _, target in self.named():
            if isinstance(target, ExpressionTarget):
                yield from (rule.when for rule in target.rules)
        if self.when_empty == "pass" and self.pass_when.strip():
            yield self.pass_when

    def substitutes(self) -> tuple[Target, ...] | None:
        """Who is asked instead of people who are away; None when being away moves nothing."""
        if self.offline != "transfer":
            return None
        first = next((timeout.to for timeout in self.timeouts if timeout.do == "transfer"), ())
        return self.offline_to or first
