"""The invented company: what it is called, how it is built, what it sells and how. Nothing here exists."""

from dataclasses import dataclass

NAME = "Paper Crane Instruments 纸鹤仪器"
SOURCE = "demo-crm"
CURRENCY = "CNY"
TIME_ZONE = "Asia/Shanghai"
COUNTRY = "CN"


@dataclass(frozen=True, slots=True)
class Team:
    """A team and its region, with how many people it began with."""

    external_id: str
    name: str
    region: str
    size: int


@dataclass(frozen=True, slots=True)
class Product:
    external_id: str
    name: str
    group: str
    list_price: int  # whole yuan
    weight: int  # how often it is sold


REGIONS = {"east": "East China 华东", "north": "North China 华北", "south": "South China 华南"}

TEAMS = (
    Team("shanghai", "Shanghai 上海", "east", 5),
    Team("suzhou", "Suzhou 苏州", "east", 5),
    Team("hangzhou", "Hangzhou 杭州", "east", 4),
    Team("beijing", "Beijing 北京", "north", 5),
    Team("tianjin", "Tianjin 天津", "north", 4),
    Team("qingdao", "Qingdao 青岛", "north", 4),
    Team("shenzhen", "Shenzhen 深圳", "south", 5),
    Team("guangzhou", "Guangzhou 广州", "south", 5),
    Team("wuhan", "Wuhan 武汉", "north", 4),
)

#: This team was reorganised into another region.
MOVED_TEAM, MOVED_TO = "wuhan", "south"


def region_now(team_id: str) -> str:
    regions = {team.external_id: team.region for team in TEAMS}
    return MOVED_TO if team_id == MOVED_TEAM else regions[team_id]


#: This region is having a bad quarter.
WEAK_REGION = "south"

FLOW, LEVEL, ANALYSIS = "Flow 流量", "Level and pressure 物位与压力", "Analysers 分析仪"

PRODUCTS = (
    Product("F100", "F100 vortex flowmeter 涡街流量计", FLOW, 6_860, 18),
    Product("F200", "F200 electromagnetic flowmeter 电磁流量计", FLOW, 12_480, 20),
    Product("F300", "F300 ultrasonic flowmeter 超声波流量计", FLOW, 28_900, 10),
    Product("F500", "F500 Coriolis flowmeter 科氏流量计", FLOW, 46_500, 5),
    Product("L100", "L100 pressure transmitter 压力变送器", LEVEL, 3_980, 22),
    Product("L200", "L200 radar level gauge 雷达物位计", LEVEL, 15_750, 14),
    Product("L300", "L300 guided wave radar 导波雷达", LEVEL, 19_260, 8),
    Product("L400", "L400 differential pressure 差压变送器", LEVEL, 5_640, 14),
    Product("A100", "A100 pH analyser pH 分析仪", ANALYSIS, 8_320, 12),
    Product("A200", "A200 gas analyser 气体分析仪", ANALYSIS, 38_700, 6),
    Product("A300", "A300 water quality station 水质监测站", ANALYSIS, 72_400, 3),
    Product("A500", "A500 process chromatograph 在线色谱仪", ANALYSIS, 118_000, 1),
)

#: External id → name and how often deals come through it.
CHANNELS = {
    "direct": ("Direct 直销", 46),
    "distributor": ("Distributor 经销商", 28),
    "tender": ("Tender 招投标", 14),
    "referral": ("Partner referral 伙伴推荐", 8),
    "online": ("Online 线上", 4),
}

#: External id → name, category, chance to win from here in percent.
STAGES = {
    "lead": ("Lead 线索", "open", "5"),
    "qualified": ("Qualified 已确认", "open", "15"),
    "demo": ("Demo 演示", "open", "30"),
    "quote": ("Quote 报价", "open", "50"),
    "negotiation": ("Negotiation 谈判", "open", "75"),
    "won": ("Won 赢单", "won", "100"),
    "lost": ("Lost 输单", "lost", "0"),
}
OPEN_STAGES = tuple(key for key, (_name, category, _chance) in STAGES.items() if category == "open")

LOST_REASONS = {
    "Price 价格": 34,
    "Went to a competitor 选择了竞争对手": 26,
    "No budget 没有预算": 18,
    "Project postponed 项目推迟": 14,
    "No decision 没有决定": 8,
}
