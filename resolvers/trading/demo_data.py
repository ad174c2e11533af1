"""Invented listings, demands and deals. Organisations, centres and patents are those of the feeds.

Amounts are in yuan. A patent is a number with its holders; all are inventions or utility models in
force that the demo's patents say the same of.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from resolvers.value_rows import MoneyRow, PartyRow

PLATFORM: Final = "FT-110000-01"
OFFICE: Final = "110000"
FIRST_DAY, LAST_DAY = date(2026, 7, 1), date(2028, 6, 30)

TELECOM: Final = PartyRow("示例癸通信有限公司", "91420111MA9T001060")
CARS: Final = PartyRow("示例壬汽车零部件有限公司", "91500112MA9T000937")
FOOD: Final = PartyRow("示例丑食品机械有限公司", "91330212MA9T00122N")
ENERGY_INSTITUTE: Final = PartyRow("示例能源研究所", "12210112990000180J")
POLYTECHNIC: Final = PartyRow("示例理工大学", "1211010899000013XP")
SOFTWARE: Final = PartyRow("示例己软件有限公司", "91110108MA9T000697")
ROBOTS: Final = PartyRow("示例子机器人有限公司", "91210212MA9T00114W")
NEW_ENERGY: Final = PartyRow("示例戊新能源有限公司", "91350902MA9T00050T")
CHIPS: Final = PartyRow("示例丁半导体有限公司", "91320214MA9T00042U")
PHARMA: Final = PartyRow("示例丙生物医药有限公司", "91310115MA9T000346")
NEW_MATERIALS: Final = PartyRow("示例乙新材料有限公司", "91320505MA9T00026L")
MACHINES: Final = PartyRow("示例甲智能装备有限公司", "91440305MA9T00018E")


def fixed(amount: int) -> MoneyRow:
    """Return an amount of CNY."""
    return MoneyRow(_cents(amount), "CNY", "FIXED", None, None, None, None, None)


def between(low: int, high: int) -> MoneyRow:
    """Return a range of CNY."""
    return MoneyRow(None, "CNY", "RANGE", _cents(low), _cents(high), None, None, None)


def _cents(amount: int) -> Decimal:
    return Decimal(amount).quantize(Decimal("0.01"))


NEGOTIABLE: Final = MoneyRow(None, "CNY", "NEGOTIABLE", None, None, None, None, None)


@dataclass(frozen=True, slots=True)
class DemoPatent:
    """What the screening of a listing looks at; `expiry` is the day its term ends."""

    number: str
    kind: str
    holders: tuple[PartyRow, ...]
    expiry: date


@dataclass(frozen=True, slots=True)
class DemoListing:
    """A listing; `serial` makes its id and number. Its seller is the first holder."""

    serial: int
    title: str
    summary: str
    patent: DemoPatent
    deal: str
    method: str
    price: MoneyRow
    industry: str
    region: str
    status: str


@dataclass(frozen=True, slots=True)
class DemoDemand:
    """A demand that a centre published."""

    serial: int
    center: str
    title: str
    demander: PartyRow
    kind: str | None
    industry: str
    region: str
    ipc: tuple[str, ...]
    budget: MoneyRow


@dataclass(frozen=True, slots=True)
class DemoDeal:
    """A deal of a sold listing, or (without one) of a patent brokered directly."""

    serial: int
    listing: int | None
    patent: DemoPatent
    kind: str
    buyer: PartyRow
    price: MoneyRow
    signed_on: date
    broker: str | None


INVENTION, UTILITY_MODEL = "INVENTION", "UTILITY_MODEL"
SORTING: Final = DemoPatent("CN2019190000707", INVENTION, (TELECOM,), date(2039, 10, 11))
BATTERY: Final = DemoPatent("CN2020290000495", UTILITY_MODEL, (CARS,), date(2030, 5, 22))
RADAR: Final = DemoPatent("CN2019290000350", UTILITY_MODEL, (CARS,), date(2029, 8, 5))
AXES: Final = DemoPatent("CN2020190000451", INVENTION, (FOOD,), date(2040, 4, 10))
MEMBRANE: Final = DemoPatent("CN2017190000233", INVENTION, (ENERGY_INSTITUTE,), date(2037, 3, 20))
FLUIDICS: Final = DemoPatent("CN2020190000343", INVENTION, (CARS, POLYTECHNIC), date(2040, 2, 16))
CURING: Final = DemoPatent("CN2017290000436", UTILITY_MODEL, (SOFTWARE,), date(2027, 6, 6))
PACKAGING: Final = DemoPatent("CN2019290000581", UTILITY_MODEL, (NEW_ENERGY,), date(2029, 7, 23))
CONTROL: Final = DemoPatent("CN2020190000663", INVENTION, (ROBOTS,), date(2040, 7, 19))
WELDING: Final = DemoPatent("CN2020190000714", INVENTION, (FOOD,), date(2040, 3, 9))

LISTINGS: Final = (
    DemoListing(1, "一种碳化硅用分选方法 转让", "适用于功率半导体衬底分选。", SORTING,
                "TRANSFER", "LISTING", fixed(600_000), "C3921", "420111", "LISTED"),
    DemoListing(2, "电池热管理回收系统 独占许可", "已小批量应用，可提供技术服务。", BATTERY,
                "LICENCE_EXCLUSIVE", "AGREEMENT", between(200_000, 300_000), "C3670", "500112",
                "LISTED"),
    DemoListing(3, "基于毫米波的制备系统 普通许可", "许可期三年，可提供调试服务。", RADAR,
                "LICENCE_COMMON", "AGREEMENT", fixed(80_000), "C3670", "500112", "LISTED"),
    DemoListing(4, "一种多轴协同的检测装置 转让", "提交排查，等待结果。", AXES,
                "TRANSFER", "AUCTION", NEGOTIABLE, "C3531", "330212", "SCREENING"),
    DemoListing(5, "膜分离检测装置 作价入股", "拟以专利作价入股新设公司。", MEMBRANE,
                "CONTRIBUTION_AS_CAPITAL", "AGREEMENT", fixed(1_200_000), "M7320", "210112",
                "DRAFT"),
    DemoListing(6, "一种微流控用检测方法 转让", "共有专利，尚待共有人同意。", FLUIDICS,
                "TRANSFER", "LISTING", fixed(350_000), "C3670", "500112", "SCREEN_FAILED"),
    DemoListing(7, "一种低温固化的制备装置 转让", "已有意向受让方，正在签约。", CURING,
                "TRANSFER", "AGREEMENT", fixed(450_000), "I6513", "110108", "MATCHED"),
    DemoListing(8, "一种电池热管理用封装方法 普通许可", "许可后提供工艺支持。", PACKAGING,
                "LICENCE_COMMON", "AGREEMENT", fixed(200_000), "C3841", "350902", "SOLD"),
    DemoListing(9, "一种毫米波用控制方法 转让", "含控制算法源程序。", CONTROL,
                "TRANSFER", "LISTING", fixed(380_000), "C3491", "210212", "SOLD"),
)  # fmt: skip

DEMANDS: Final = (
    DemoDemand(1, "IC-340100-01", "动力电池热失控预警与热管理技术", NEW_ENERGY, None, "C3841",
               "350902", ("H01M10/60", "H01M50/20"), fixed(300_000)),
    DemoDemand(2, "RC-320000-01", "功率器件衬底材料分选技术", CHIPS, "TRANSFER", "C3973",
               "320214", ("H01L29/00", "H01L21/66"), fixed(500_000)),
    DemoDemand(3, "IC-310000-01", "微流控芯片样本分选与检测", PHARMA, "LICENCE_COMMON", "C2710",
               "310115", ("B01L3/00", "G01N33/00"), between(50_000, 200_000)),
    DemoDemand(4, "RC-320000-01", "低温固化树脂配方", NEW_MATERIALS, None, "C2651", "320505",
               ("C08L63/00",), NEGOTIABLE),
    DemoDemand(5, "RC-320000-01", "毫米波雷达检测与分选", MACHINES, "LICENCE_COMMON", "C3491",
               "440305", ("H04B7/04", "G01S13/00"), fixed(100_000)),
)  # fmt: skip

DEALS: Final = (
    DemoDeal(1, 8, PACKAGING, "LICENCE_COMMON", CARS, fixed(180_000), date(2026, 9, 10),
             None),
    DemoDeal(2, 9, CONTROL, "TRANSFER", MACHINES, fixed(350_000), date(2026, 8, 20),
             "91110108MA9T0027XH"),
    DemoDeal(3, None, WELDING, "LICENCE_EXCLUSIVE", ROBOTS, fixed(900_000), date(2025, 11, 6),
             "91110108MA9T0027XH"),
)  # fmt: skip
