"""Texts about rules between fields, and with what the hub knows."""

from __future__ import annotations

from adapters.messages.shape import Texts

RULES: Texts = {
    "KIND_MISMATCH": (
        "专利类型与{other}不一致。",
        "The kind of patent does not agree with {other_en}.",
    ),
    "DATE_ORDER": (
        "日期先后不对：{first} 应不晚于 {second}。",
        "Wrong order of dates: {first} must not be after {second}.",
    ),
    "DATE_FUTURE": (
        "日期在将来，尚未发生。",
        "The date lies in the future.",
    ),
    "PARTY_SAME_BOTH_SIDES": (
        "双方是同一主体。",
        "The same party stands on both sides.",
    ),
    "OL_FIXED_FEE_OVER_CAP": (
        "开放许可固定使用费不得高于 2000 万元。",
        "A fixed fee of an open licence is at most CNY 20,000,000.",
    ),
    "OL_ROYALTY_OVER_CAP": (
        "提成费比例过高：按净销售额不高于 20%，按利润不高于 40%。",
        "Royalty too high: at most 20 % of net sales or 40 % of profit.",
    ),
    "OL_EXPLANATION_MISSING": (
        "未说明许可使用费的计算依据和方式。",
        "The basis of the fee is not explained.",
    ),
    "OL_EXPLANATION_TOO_LONG": (
        "计算依据说明超过 2000 字。",
        "The explanation of the fee is longer than 2000 characters.",
    ),
    "OL_FEE_NOT_STATED": (
        "开放许可必须明示使用费，不能面议或缺失。",
        "An open licence must state its fee; it cannot be negotiable or missing.",
    ),
    "OL_FEE_MODE_MISMATCH": (
        "支付方式与费用标准不一致。",
        "The fee mode does not agree with the fee.",
    ),
    "OL_TERM_BEYOND_PATENT": (
        "许可期限超出专利权期限（{expiry} 届满）。",
        "The term runs beyond the patent, which ends on {expiry}.",
    ),
    "OL_BLOCKED_EXCLUSIVE_LICENCE": (
        "专利在独占或排他许可期限内（备案号 {record}），不得声明开放许可。",
        "An exclusive or sole licence is in its term (record {record}); no open licence.",
    ),
    "OL_BLOCKED_PLEDGE_NO_CONSENT": (
        "专利已质押（登记号 {record}）且未见质权人同意，不得声明开放许可。",
        "Pledged (registration {record}) without the pledgee's consent; no open licence.",
    ),
    "OL_BLOCKED_FROZEN": (
        "专利权处于保全期间，不得声明开放许可。",
        "The patent is under preservation; no open licence.",
    ),
    "OL_BLOCKED_NOT_IN_FORCE": (
        "专利权已终止（{status}），不得声明开放许可。",
        "The patent has ended ({status}); no open licence.",
    ),
    "OL_BLOCKED_NOT_GRANTED": (
        "专利尚未授权，不得声明开放许可。",
        "The patent is not granted yet; no open licence.",
    ),
    "OL_BLOCKED_NO_EVALUATION_REPORT": (
        "实用新型、外观设计声明开放许可须提交专利权评价报告。",
        "A utility model or design needs an evaluation report for an open licence.",
    ),
    "OL_BLOCKED_IN_FORCE": (
        "该专利已有生效的开放许可声明 {record}。",
        "Another statement of this patent is in force: {record}.",
    ),
    "W_OPEN_LICENCE_NOT_WITHDRAWN": (
        "专利转移时开放许可声明 {record} 仍有效，应先撤回。",
        "The open licence {record} was still in force; it must be withdrawn before a transfer.",
    ),
    "W_PATENT_NOT_IN_FORCE": (
        "专利已终止或被保全（{status}）；以登记簿为准，本行保留。",
        "The patent has ended or is frozen ({status}); the register prevails, the row is kept.",
    ),
    "W_PATENT_UNKNOWN": (
        "本库暂无该专利。",
        "The patent is not in the hub yet.",
    ),
    "W_SCREEN_PLEDGED": (
        "标的专利已质押（登记号 {record}）。",
        "The patent is pledged (registration {record}).",
    ),
    "W_SCREEN_PENDING": (
        "标的专利尚在审查中，转让的是申请权。",
        "The patent is still pending; what is sold is the right of the application.",
    ),
    "SCREEN_BLOCK_NOT_IN_FORCE": (
        "标的专利已终止（{status}），不得挂牌。",
        "The patent has ended ({status}) and cannot be listed.",
    ),
    "SCREEN_BLOCK_FROZEN": (
        "标的专利处于保全期间，不得挂牌。",
        "The patent is under preservation and cannot be listed.",
    ),
    "CENTER_SUPPORT_TOOL": (
        "只有支撑工具类平台才填支撑工具类别。",
        "Only a platform of function support tool has a kind of support tool.",
    ),
    "CENTER_JURISDICTION": (
        "所在地区没有对应的省级知识产权局；请核对地区，或填写管辖范围代码（如 XPCC00）。",
        "No provincial office acts for this region; check it, or name the jurisdiction (XPCC00).",
    ),
    "CENTER_DATES": (
        "未经认定的平台（中心）不应有认定日期。",
        "A platform or centre that was never recognised has no date of recognition.",
    ),
    "CENTER_UNKNOWN": (
        "没有这个平台（中心）。",
        "There is no such platform or centre.",
    ),
    "CENTER_FUNCTION": (
        "第三方机构只能入驻功能性平台。",
        "Institutions are resident at functional platforms only.",
    ),
    "CENTER_NOT_WORKING": (
        "平台处于 {status}，不开展业务。",
        "The platform is {status} and does no business.",
    ),
    "ORGANIZATION_UNKNOWN": (
        "没有登记该统一社会信用代码的组织。",
        "No organisation is registered under that code.",
    ),
    "W_ORGANIZATION_NAME": (
        "名称与统一社会信用代码的登记名称“{registered}”不一致，以代码为准。",
        "The code is registered to “{registered}”; the code was taken.",
    ),
    "W_PARTY_UNRESOLVED": (
        "没有唯一对应该名称的组织，未记录；请填写统一社会信用代码。",
        "No single organisation has that name; not kept. Give its code.",
    ),
    "PRODUCT_REVENUE_MISSING": (
        "没有产品销售收入。",
        "The product's sales revenue is missing.",
    ),
    "PRODUCT_REVENUE_FORM": (
        "产品销售收入应为一个人民币金额。",
        "The revenue is one amount in yuan.",
    ),
    "PRODUCT_INDUSTRY_CLASS": (
        "应填写国民经济行业小类代码（字母加四位数字）。",
        "Give the class of the industry: a letter and four digits.",
    ),
    "PRODUCT_DATES": (
        "未经认定的产品不应有认定日期或有效期。",
        "A product that was not recognised has no day or term of recognition.",
    ),
    "FILING_OF_ANOTHER": (
        "该备案由 {center} 报送，其他中心不能更改。",
        "The filing was handed in by {center}; another centre cannot change it.",
    ),
    "REPORT_OF_ANOTHER": (
        "该报告编号属于 {center}。",
        "The report number is another platform's: {center}.",
    ),
    "CREDIT_GRADE_MISMATCH": (
        "信用等级与得分不符：按得分应为 {expected}。",
        "The grade is not that of the score, which gives {expected}.",
    ),
    "W_CREDIT_GRADE_CAPPED": (
        "按得分应为 {expected}，等级为 C；只有两年内受过处罚时如此。",
        "The score gives {expected}; only a penalty within two years explains a C.",
    ),
    "DEMANDER_MISSING": (
        "没有需求方名称或统一社会信用代码。",
        "Neither name nor code says who the demander is.",
    ),
    "W_DEMAND_KIND_OTHER": (
        "不是专利交易方式，按不限方式保留。",
        "No kind of deal in patents; kept as open to any.",
    ),
    "PERIOD_KIND_MISMATCH": (
        "期间类型与期间不一致。",
        "The kind of period does not agree with the period.",
    ),
    "PERIOD_NOT_OVER": (
        "期间至 {ends} 才结束，尚不能报送。",
        "The period ends on {ends} and is not over yet.",
    ),
    "W_REPORT_NUMBER": (
        "报送编号按规则应为 {number}，已采用。",
        "The number of the report is {number} by rule; that was taken.",
    ),
    "MEASURE_UNKNOWN": ("计量单位无法识别。", "Unknown unit."),
    "MEASURE_TWICE": (
        "数值中的单位与单位列“{unit}”不一致。",
        "The unit in the value is not that of its column, {unit}.",
    ),
    "MEASURE_MISMATCH": (
        "计量单位与指标不符（指标单位 {unit}）。",
        "The unit is not the indicator's, which is {unit}.",
    ),
    "W_INDICATOR_NOT_APPLICABLE": (
        "不是本类平台（中心）的指标。",
        "No indicator of centres of this kind.",
    ),
    "REPORT_SENT": (
        "该期间的报送处于 {status}，不能修改；须先退回。",
        "The report of that period is {status}: its values cannot be changed until it is returned.",
    ),
    "DATA_FROZEN": (
        "该年数据已因绩效评价冻结。",
        "The data of that year are frozen for the yearly evaluation.",
    ),
    "TEXT_TOO_LONG": ("文本超过 {limit} 个字符。", "The text is longer than {limit} characters."),
    "W_TERM_NOT_DATES": (
        "期限不是起止日期，未采用。",
        "The term is no pair of dates; not used.",
    ),
    "STORE_REFUSED": (
        "本行与库中已有数据合并后违反约束 {constraint}；请与数据来源核对。",
        "Merged with what is stored, the row breaks {constraint}; compare the sources.",
    ),
}
