"""Invented names, Chinese and Latin side by side. Drawn by seed alone: the cast is always the same."""

from random import Random

_SURNAMES = (
    "Lin 林,Su 苏,He 何,Tang 唐,Qiu 邱,Shen 沈,Lu 陆,Wei 魏,Fang 方,Xu 许,Cheng 程,Gu 顾,Bai 白,"
    "Yan 严,Tao 陶,Ye 叶,Jin 金,Du 杜,Mo 莫,Pan 潘,Qin 秦,Yu 余,Dai 戴,Song 宋,Meng 孟,Ji 纪,Shi 石,"
    "Luo 罗,An 安,Jiang 江,Wen 温,Ruan 阮"
)
_GIVEN = (
    "Ruoxi 若溪,Zimo 子墨,Yutong 雨桐,Haoran 浩然,Siyuan 思远,Mingyue 明月,Kexin 可心,Junjie 俊杰,"
    "Anqi 安琪,Boyan 博言,Xinyi 欣怡,Yichen 奕辰,Jiaqi 佳琪,Zhiyuan 志远,Wanting 婉婷,Tianyu 天宇,"
    "Shuhan 书涵,Peiqi 佩奇,Lexuan 乐萱,Qinghe 清和,Nianci 念慈,Yunfan 云帆,Xiaoman 小满,Jinyan 锦言,"
    "Muqing 沐晴,Hanzhi 涵之,Chuyi 初一,Dongqing 冬青,Langyue 朗月,Zhiwei 知微,Suyin 素音,"
    "Wangshu 望舒"
)
_COLOURS = (
    "Blue 蓝,Amber 琥珀,Silver 银,Jade 玉,Copper 铜,Violet 紫,Scarlet 绯,Ivory 象牙,Indigo 靛,"
    "Golden 金,Misty 雾,Snowy 雪,Sunny 晴,Quiet 静,Early 早"
)
_THINGS = (
    "Kettle 壶,Lantern 灯,Umbrella 伞,Whistle 哨,Teapot 茶壶,Compass 罗盘,Ladder 梯,Bridge 桥,"
    "Acorn 橡果,Feather 羽,Pebble 卵石,Harbour 港,Orchard 果园,Windmill 风车,Marble 弹珠,Anchor 锚,"
    "Button 纽扣,Candle 烛,Maple 枫"
)
#: Trade → its English and Chinese ending.
TRADES = {
    "Food 食品": "Foods 食品",
    "Chemicals 化工": "Chemicals 化工",
    "Water 水务": "Waterworks 水务",
    "Energy 能源": "Energy 能源",
    "Pharma 制药": "Pharma 制药",
    "Steel 钢铁": "Steel 钢铁",
    "Paper 造纸": "Paper 纸业",
    "Electronics 电子": "Electronics 电子",
}


def _pairs(text: str) -> list[tuple[str, str]]:
    """(Latin, Chinese) of each entry."""
    return [(latin, chinese) for latin, chinese in (entry.split(" ") for entry in text.split(","))]


def people_names(rng: Random, count: int) -> list[str]:
    """`Lin Ruoxi 林若溪`: different ones, in no order."""
    every = [
        f"{surname} {given} {hanzi}{sign}"
        for surname, hanzi in _pairs(_SURNAMES)
        for given, sign in _pairs(_GIVEN)
    ]
    return rng.sample(every, count)


def customer_names(rng: Random, count: int) -> list[tuple[str, str]]:
    """(`Blue Kettle Foods 蓝壶食品`, trade): different ones, in no order."""
    every = [
        (f"{colour} {thing} {ending} {hue}{sign}{end}", trade)
        for colour, hue in _pairs(_COLOURS)
        for thing, sign in _pairs(_THINGS)
        for trade, (ending, end) in ((trade, tuple(both.split(" "))) for trade, both in TRADES.items())
    ]
    return rng.sample(every, count)
