"""ISO 4217: which currency codes exist and how many decimal places their minor unit has. Data only."""

from __future__ import annotations

from typing import Final

_TWO_PLACES: Final = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD "
    "CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD "
    "HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD "
    "MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON "
    "RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD "
    "TZS UAH USD UYU UZS VED VES WST XCD YER ZAR ZMW ZWG "
)
_NO_PLACES: Final = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE_PLACES: Final = "BHD IQD JOD KWD LYD OMR TND"
_FOUR_PLACES: Final = "CLF UYW"

# Currency code -> decimal places of its minor unit (CNY 2, JPY 0, KWD 3).
MINOR_UNITS: Final[dict[str, int]] = {
    code: places
    for places, codes in ((2, _TWO_PLACES), (0, _NO_PLACES), (3, _THREE_PLACES), (4, _FOUR_PLACES))
    for code in codes.split()
}
