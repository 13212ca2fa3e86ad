"""The printed statement of BA-02 once more, as every kind of file that is written for machines.

Opens with 50,000.00 on 12 January, 1,268.05 come, 30.00 and 50.00 go, closes with 51,188.05.
"""

from __future__ import annotations

NUMBER = "622001000012345"

MT940 = f""":20:ST20260112
:25:{NUMBER}
:28C:12/1
:60F:C260111CNY50000,00
:61:2601120112C1268,05NTRFPB20260112000001//BK1
:86:赔款支付
:61:2601120112D30,00NCHGNONREF//BK2
:86:手续费
:61:2601130113D50,00NTRFZZ20260113000002//BK3
:86:退款
:62F:C260113CNY51188,05
-}}
""".encode()

OFX = f"""OFXHEADER:100
DATA:OFXSGML
VERSION:102
SECURITY:NONE
ENCODING:UTF-8
CHARSET:NONE
COMPRESSION:NONE
OLDFILEUID:NONE
NEWFILEUID:NONE

<OFX><BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS>
<STMTRS><CURDEF>CNY<BANKACCTFROM><BANKID>104<ACCTID>{NUMBER}<ACCTTYPE>CHECKING</BANKACCTFROM>
<BANKTRANLIST><DTSTART>20260112000000[+8:CST]<DTEND>20260113235959[+8:CST]
<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260112100000[+8:CST]<TRNAMT>1268.05<FITID>BK1</STMTTRN>
<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260112110000[+8:CST]<TRNAMT>-30.00<FITID>BK2</STMTTRN>
<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260113110000[+8:CST]<TRNAMT>-50.00<FITID>BK3</STMTTRN>
</BANKTRANLIST><LEDGERBAL><BALAMT>51188.05<DTASOF>20260113235959[+8:CST]</LEDGERBAL></STMTRS>
</STMTTRNRS></BANKMSGSRSV1></OFX>
""".encode()

TABLE = f"""单位：元,账号：{NUMBER},币种：人民币,,,,,,
起始日期：20260112,,截止日期：20260113,,,,,,
期初余额：,"50,000.00",,期末余额：,"51,188.05",,,,
交易日,流水号,借方金额,贷方金额,余额,摘要,用途,收(付)方名称,业务参考号
20260112,K1,,"1,268.05","51,268.05",转账,,,
20260112,K2,30.00,,"51,238.05",手续费,,,
20260113,K3,50.00,,"51,188.05",退款,,,
借方合计：2笔，80.00,,,,,,,,
"贷方合计：1笔，1,268.05",,,,,,,,
""".encode()


def _balance(kind: str, amount: str, day: str) -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy='CNY'>{amount}</Amt>"
        f"<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
    )


def _entry(amount: str, side: str, day: str, number: str) -> str:
    return (
        f"<Ntry><Amt Ccy='CNY'>{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd>"
        f"<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{day}</Dt></BookgDt>"
        f"<AcctSvcrRef>{number}</AcctSvcrRef></Ntry>"
    )


CAMT = (
    "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'><BkToCstmrStmt><Stmt>"
    f"<Id>C-1</Id><Acct><Id><Othr><Id>{NUMBER}</Id></Othr></Id><Ccy>CNY</Ccy></Acct>"
    + _balance("OPBD", "50000.00", "2026-01-12")
    + _balance("CLBD", "51188.05", "2026-01-13")
    + _entry("1268.05", "CRDT", "2026-01-12", "BK1")
    + _entry("30.00", "DBIT", "2026-01-12", "BK2")
    + _entry("50.00", "DBIT", "2026-01-13", "BK3")
    + "</Stmt></BkToCstmrStmt></Document>"
).encode()
