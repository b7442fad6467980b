"""What the message step can be told: whom, by which way, what, and what follows when it does not arrive."""

from typing import Literal

from pydantic import Field

from approvals.targets import Addressee
from workflows.engine.connections import MAIL, ROBOTS
from workflows.engine.graph import Document
from workflows.engine.node_type import Config
from workflows.engine.panel import ui, with_columns

_ROBOT_NAMES = {"dingtalk": ("钉钉", "DingTalk"), "wecom": ("企业微信", "WeCom"), "feishu": ("飞书", "Feishu")}


class RobotRow(Document):
    """The robot of one chat group, by the name of its connection."""

    connection: str = Field(max_length=64)


class NotifyConfig(Config):
    """Settings of a message to people."""

    to: tuple[Addressee, ...] = Field(
        default=(), max_length=50,
        json_schema_extra=ui(
            "assignees", zh="通知谁", en="Whom to tell", group="who",
            help_zh="站内通知和邮件发给这些人", help_en="They get notices in the house, and mail",
        ),
    )  # fmt: skip
    requester: bool = Field(
        default=False,
        json_schema_extra=ui("switch", zh="也通知申请人", en="Tell the requester too", group="who"),
    )
    variable: str = Field(
        default="", max_length=64,
        json_schema_extra=ui(
            "variable", zh="也通知字段里的人", en="Tell the person in a field too", group="who",
            help_zh="字段的值是用户名", help_en="The field holds a username",
        ),
    )  # fmt: skip
    title_zh: str = Field(
        default="", max_length=200,
        json_schema_extra=ui(
            "text", zh="标题(中文)", en="Title (Chinese)", group="what",
            help_zh="可含字段,如 ${orderNo}", help_en="May hold fields, such as ${orderNo}",
        ),
    )  # fmt: skip
    text_zh: str = Field(
        default="",
        max_length=2000,
        json_schema_extra=ui("paragraph", zh="正文(中文)", en="Text (Chinese)", group="what"),
    )
    title_en: str = Field(
        default="", max_length=200,
        json_schema_extra=ui(
            "text", zh="标题(英文)", en="Title (English)", group="what",
            help_zh="标题和正文都不填时,大家都看中文", help_en="Without title and text, people read the Chinese ones",
        ),
    )  # fmt: skip
    text_en: str = Field(
        default="",
        max_length=2000,
        json_schema_extra=ui("paragraph", zh="正文(英文)", en="Text (English)", group="what"),
    )
    in_app: bool = Field(
        default=True, json_schema_extra=ui("switch", zh="站内通知", en="Notice in the house", group="when")
    )
    mail: str = Field(
        default="", max_length=64,
        json_schema_extra=ui(
            "connection", zh="邮件", en="E-mail", group="when", options=((MAIL, "邮件服务器", "Mail server"),),
            help_zh="由管理员登记的邮件服务器", help_en="A mail server that an administrator has declared",
        ),
    )  # fmt: skip
    robots: tuple[RobotRow, ...] = Field(
        default=(), max_length=10,
        json_schema_extra=with_columns(
            ui(
                "rows", zh="群机器人", en="Robots of chat groups", group="when",
                options=tuple((kind, *_ROBOT_NAMES[kind]) for kind in ROBOTS),
                help_zh="钉钉、企业微信或飞书,由管理员登记",
                help_en="DingTalk, WeCom or Feishu, as declared by an administrator",
            ),
            ("connection", "connection", "连接", "Connection"),
        ),
    )  # fmt: skip
    robot_language: Literal["zh", "en", "both"] = Field(
        default="zh",
        json_schema_extra=ui(
            "select", zh="群里用的语言", en="Language in chat groups", group="when",
            options=(("zh", "中文", "Chinese"), ("en", "英文", "English"), ("both", "两种", "Both")),
        ),
    )  # fmt: skip
    on_failure: Literal["continue", "port", "incident"] = Field(
        default="continue",
        json_schema_extra=ui(
            "select", zh="没有送达时", en="If it does not arrive", group="after",
            options=(
                ("continue", "继续,在历史里写明", "Go on; the history says so"),
                ("port", "走“未送达”出口", "Leave by “not delivered”"),
                ("incident", "停下等人处理", "Stop for a person"),
            ),
        ),
    )  # fmt: skip
    when_unknown: Literal["leave", "again"] = Field(
        default="leave",
        json_schema_extra=ui(
            "select", zh="不知道是否送达时", en="If nobody knows whether it arrived", group="advanced",
            options=(
                ("leave", "不再发送,绝不重复", "Leave it; never twice"),
                ("again", "再次发送,可能重复", "Send again; it may arrive twice"),
            ),
        ),
    )  # fmt: skip
