"""Four words of a hash (docs/ballot.md 3)."""

from __future__ import annotations

import hashlib

WORDS = (
    "岸白包杯笔鞭表冰波布菜蚕仓草茶柴铲厂炒车城池虫锄船窗锤春葱醋村刀"
    "灯地电雕蝶钉冬豆读短盾鹅耳帆方肺粉风斧肝港高哥根弓狗骨瓜关龟锅海"
    "河黑红猴湖画槐环黄灰火鸡架剪江蕉姐金井酒橘军开烤坑孔口裤筷宽筐葵"
    "拉蓝狼雷冷梨脸粮林铃柳龙楼路轮锣绿麻麦忙帽妹门米面庙民明蘑木南脑"
    "泥年娘鸟牛农暖糯女藕爬牌盘盆棚皮片票品瓶坡铺前墙桥琴青秋渠泉染热"
    "人日绒肉软润伞桑扫森沙筛山上蛇深省石手书刷双水松酥蒜岁孙锁塔台炭"
    "糖桃藤梯田跳铁铜头土团腿驼蛙外碗网尾翁窝西虾线象笑鞋心星熊袖雪鸭"
    "盐羊腰叶椅银鹰油雨园月云枣泽赠站照针蒸纸粥竹砖桩桌字棕走足钻嘴左"
)


def four_words(digest: bytes) -> str:
    """The words that people compare."""
    numbers = hashlib.pbkdf2_hmac("sha256", digest, b"zoufang-ballot-1/words", 100_000, 4)
    return " ".join(WORDS[number] for number in numbers)
