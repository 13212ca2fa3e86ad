"""What the pretend company sells and to whom. Names and prices look real; codes are invented in
the real form (C + 19 digits for consumables, X + 22 for drugs; UDI-DI as GTIN-14)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Item:
    """One article; the price includes tax and is in fen."""

    item_code: str
    insurer_code: str
    udi_di: str
    name: str
    unit_price: int
    tax_rate: str


@dataclass(frozen=True)
class Hospital:
    """A customer."""

    code: str
    name: str
    tax_no: str


ITEMS = {
    item.item_code: item
    for item in (
        Item(
            "IT-1001",
            "C1401010010000100001",
            "06900000010013",
            "一次性使用无菌注射器 带针 5ml",
            1_20,
            "0.13",
        ),
        Item(
            "IT-1002",
            "C1402020020000200002",
            "06900000010020",
            "一次性使用静脉留置针 24G",
            18_00,
            "0.13",
        ),
        Item(
            "IT-1003",
            "C1402010030000300003",
            "06900000010037",
            "一次性使用精密过滤输液器 带针",
            12_00,
            "0.13",
        ),
        Item(
            "IT-1004",
            "C0203040040000400004",
            "06900000010044",
            "一次性使用中心静脉导管包 双腔 7Fr",
            180_00,
            "0.13",
        ),
        Item(
            "IT-1005",
            "C1305010050000500005",
            "06900000010051",
            "可吸收性外科缝线 3-0 75cm",
            45_00,
            "0.13",
        ),
        Item(
            "IT-1006",
            "C1001010060000600006",
            "06900000010068",
            "一次性使用血液透析器 1.5㎡",
            120_00,
            "0.13",
        ),
        Item(
            "IT-1007",
            "C0201010070000700007",
            "06900000010075",
            "冠状动脉药物洗脱支架系统 3.0×18mm",
            780_00,
            "0.13",
        ),
        Item(
            "IT-1008",
            "C1206010080000800008",
            "06900000010082",
            "一次性使用超声高频外科集成系统超声刀头 36cm",
            1_460_00,
            "0.13",
        ),
        Item(
            "IT-1009",
            "C1501020090000900009",
            "06900000010099",
            "血糖试纸 <50片/盒> 免调码",
            60_00,
            "0.13",
        ),
        Item(
            "IT-2001",
            "XA10AEG010B002010100001",
            "06900000010105",
            "甘精胰岛素注射液 3ml:300单位",
            77_98,
            "0.03",
        ),
        Item(
            "IT-2002",
            "XB05XAL180B002010200002",
            "06900000010112",
            "氯化钠注射液 250ml:2.25g",
            3_50,
            "0.13",
        ),
        Item(
            "IT-2003",
            "XJ01DDT020B001010300003",
            "06900000010129",
            "注射用头孢曲松钠 1.0g",
            9_85,
            "0.13",
        ),
    )
}

HOSPITALS = (
    Hospital("H-001", "测试市第一医院", "12TEST00000000001A"),
    Hospital("H-002", "测试市中医医院", "12TEST00000000002B"),
    Hospital("H-003", "测试市妇幼保健院", "12TEST00000000003C"),
    Hospital("H-004", "测试县人民医院", "12TEST00000000004D"),
    Hospital("H-005", "测试大学附属第二医院", "12TEST00000000005E"),
)
