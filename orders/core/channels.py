"""The sales channels and what each of them demands. Pure."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Final


class Channel(StrEnum):
    """Where an order was placed."""

    WECHAT = "wechat"  # WeChat mini-program
    DOUYIN = "douyin"  # Douyin shop
    TAOBAO = "taobao"  # Taobao
    PINDUODUO = "pinduoduo"  # Pinduoduo
    H5 = "h5"  # the shop's own site


# WeChat settles the shop's red packets by promotion: an order without one could not be reconciled.
NEEDS_PROMOTION: Final[frozenset[Channel]] = frozenset({Channel.WECHAT})

# The shipping promise of each channel, counted from the moment the order was placed.
SHIPS_WITHIN: Final[Mapping[Channel, timedelta]] = {
    Channel.WECHAT: timedelta(hours=48),
    Channel.DOUYIN: timedelta(hours=48),
    Channel.TAOBAO: timedelta(hours=48),
    Channel.PINDUODUO: timedelta(hours=24),
    Channel.H5: timedelta(hours=48),
}
