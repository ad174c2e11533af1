"""Texts of the remarks the adapters make: code → Chinese, English.

One table, so that no code has two texts and the list of codes can be printed from it. Placeholders
are filled by `findings.issue`. Texts of identifiers and values are in `resolvers.values`.
"""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    # files
    "FILE_ENCODING": (
        "无法确定文件编码：既不是 UTF-8 也不是 GB18030；请另存为 UTF-8 或声明 encoding。",
        "Unknown encoding: neither UTF-8 nor GB18030; save as UTF-8 or declare `encoding`.",
    ),
    "FILE_EMPTY": ("文件为空。", "The file is empty."),
    "FILE_TOO_LARGE": (
        "文件超过允许的大小 {limit}；请拆分后再报送。",
        "The file is larger than {limit}; split it.",
    ),
    "FILE_TOO_MANY_ROWS": (
        "行数超过上限 {limit}；请拆分后再报送。",
        "More than {limit} rows; split the file.",
    ),
    "FILE_HEADER": (
        "前 {rows} 行中找不到本类数据的表头；请核对表头，或在来源配置的 columns 中写明对应关系。",
        "No header of this feed in the first {rows} rows; check it, or map it under `columns`.",
    ),
    "FILE_COLUMN_MISSING": (
        "缺少必需的列：{columns}。",
        "Required columns are missing: {columns}.",
    ),
    "FILE_FORMAT": (
        "文件格式无法读取：{reason}。",
        "The file cannot be read: {reason}.",
    ),
    "FILE_KIND": (
        "不支持的文件类型 {suffix}；可用：{known}。",
        "Unsupported kind of file {suffix}; use one of {known}.",
    ),
    "FILE_CHANGED": (
        "读取过程中文件发生变化，请重新拉取。",
        "The file changed while it was read; pull again.",
    ),
    "BATCH_REFUSED_SHARE": (
        "被拒行占 {share}，超过上限 {limit}，整批未入库；请修正后重报。",
        "{share} of the rows were refused, more than {limit}; nothing loaded; correct and resend.",
    ),
    "W_HEADER_REPEATED": (
        "表头有重复的列“{column}”，只取第一列。",
        "Two columns mean the same ({column}); the first is used.",
    ),
    # rows and cells
    "ROW_COLUMNS": (
        "本行有 {found} 个单元格，表头只有 {expected} 列；多半是单元格内的分隔符没有加引号。",
        "{found} cells under {expected} headers; probably a delimiter inside an unquoted cell.",
    ),
    "W_ROW_SHORT": (
        "本行单元格少于表头，缺少的按空值处理。",
        "Fewer cells than headers; the missing ones count as empty.",
    ),
    "ROW_QUOTE": (
        "引号没有闭合，本行无法读取。",
        "A quotation mark is not closed; the row cannot be read.",
    ),
    "ROW_TOO_LONG": (
        "本行超过 {limit} 个字符，无法读取。",
        "The row is longer than {limit} characters.",
    ),
    "CELL_TOO_LONG": (
        "单元格超过 {limit} 个字符。",
        "The cell is longer than {limit} characters.",
    ),
    "TEXT_CONTROL": (
        "文本中有控制字符（如 NUL），请清除后重报。",
        "The text holds control characters (such as NUL); remove them.",
    ),
    "TEXT_FORMULA": (
        "单元格是公式而不是值，请粘贴为数值后重报。",
        "The cell is a formula, not a value; paste it as a value.",
    ),
    "W_TEXT_FORMULA_UNWRAPPED": (
        '单元格写成 ="…" 的形式，已取其中的文本。',
        'The cell was written as ="…"; its text was taken.',
    ),
    "RECORD_SHAPE": (
        "记录不是对象（键与值）。",
        "The record is not an object of keys and values.",
    ),
    "FIELD_REQUIRED": ("必填项为空。", "A required value is missing."),
    "DUPLICATE": ("与第 {other} 行内容相同。", "Repeats row {other}."),
    "DUPLICATE_CONFLICT": (
        "与第 {other} 行的{what}相同但内容不同；保留先出现的一行。",
        "Same {what_en} as row {other} with other content; the earlier row is kept.",
    ),
    # vocabularies
    "LICENCE_TYPE_UNKNOWN": (
        "许可种类无法识别；应为普通许可、排他许可或独占许可。",
        "Unknown kind of licence; expected common, sole or exclusive.",
    ),
    "PATENT_KIND_UNKNOWN": (
        "专利类型无法识别；应为发明、实用新型或外观设计。",
        "Unknown kind of patent; expected invention, utility model or design.",
    ),
    "W_LEGAL_STATUS_UNKNOWN": (
        "法律状态的说法无法识别，未采用。",
        "Unknown words for the legal status; not used.",
    ),
    "W_LEGAL_STATUS_FACT": (
        "“{fact}”是事实而不是法律状态，按有效处理。",
        "“{fact}” is a fact and no legal status; taken as in force.",
    ),
    "FEE_MODE_UNKNOWN": (
        "许可使用费支付方式无法识别；应为固定费用、提成费或免费。",
        "Unknown fee mode; expected fixed fee, royalty or free.",
    ),
    "TRADING_METHOD_UNKNOWN": (
        "交易方式无法识别；应为协议、挂牌或拍卖。",
        "Unknown trading method; expected agreement, listing or auction.",
    ),
    "IP_KIND_UNKNOWN": (
        "知识产权类型无法识别。",
        "Unknown kind of intellectual property.",
    ),
    "YES_NO_UNKNOWN": ("应填是或否。", "Expected yes or no."),
    "CENTER_KIND_UNKNOWN": (
        "平台（中心）类型无法识别；应为功能性、区域或产业。",
        "Unknown kind; expected functional, regional or industry.",
    ),
    "CENTER_FUNCTION_UNKNOWN": (
        "平台功能无法识别；应为交易服务、金融服务、特色服务或支撑工具。",
        "Unknown function; expected trading, financial, featured service or support tool.",
    ),
    "SUPPORT_TOOL_UNKNOWN": (
        "支撑工具类别无法识别。",
        "Unknown kind of support tool.",
    ),
    "CENTER_STATUS_UNKNOWN": (
        "平台（中心）状态无法识别。",
        "Unknown status of a platform or centre.",
    ),
    "NAMING_SCHEME_UNKNOWN": (
        "命名依据无法识别。",
        "Unknown naming scheme.",
    ),
    "ORGANIZATION_KIND_UNKNOWN": (
        "机构类型无法识别。",
        "Unknown kind of organisation.",
    ),
    # between fields
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
    "TEXT_TOO_LONG": ("文本超过 {limit} 个字符。", "The text is longer than {limit} characters."),
    "W_TERM_NOT_DATES": (
        "期限不是起止日期，未采用。",
        "The term is no pair of dates; not used.",
    ),
    "STORE_REFUSED": (
        "本行与库中已有数据合并后违反约束 {constraint}；请与数据来源核对。",
        "Merged with what is stored, the row breaks {constraint}; compare the sources.",
    ),
    # sources
    "SOURCE_PATH": (
        "找不到来源文件或目录：{path}。",
        "The file or folder of the source does not exist: {path}.",
    ),
    "W_DELETIONS_UNCERTAIN": (
        "有的行无法识别主键，{count} 条未出现的记录是否已撤下不能确定，本次不作撤下处理。",
        "Some rows have no readable key, so whether {count} missing records are gone is unknown; "
        "none was removed.",
    ),
    "DELETIONS_SHARE": (
        "全量清单缺少 {count} 条已有记录（{share}，上限 {limit}），疑似清单不完整，未作撤下处理。",
        "The full list lacks {count} known records ({share}, at most {limit}); it looks cut short, "
        "so none was removed.",
    ),
    "SOURCE_UNREACHABLE": (
        "无法连接来源 {place}：{reason}。",
        "The source {place} cannot be reached: {reason}.",
    ),
    "SOURCE_TIMEOUT": (
        "来源 {place} 在 {seconds} 秒内没有答复完毕；可在 bounds.timeout 调整。",
        "The source {place} did not finish its answer in {seconds} s (bounds.timeout).",
    ),
    "SOURCE_TLS": (
        "无法核实来源 {place} 的证书；自签机构请在 ca_file 中给出其根证书。",
        "The certificate of {place} cannot be verified; name the authority's own in ca_file.",
    ),
    "SOURCE_CA": (
        "ca_file 读不到或不是 PEM 证书：{path}。",
        "ca_file cannot be read or holds no certificate in PEM: {path}.",
    ),
    "SOURCE_STATUS": (
        "来源 {place} 答复状态 {answered}。",
        "The source {place} answered with status {answered}.",
    ),
    "SOURCE_AUTH": (
        "来源 {place} 拒绝了凭据；请核对 auth 与密钥。",
        "The source {place} refused the credentials; check auth and the secret.",
    ),
    "SOURCE_RATE_LIMITED": (
        "来源 {place} 限制调用频率（要求等待 {seconds} 秒）；可在 bounds.rate 降低频率。",
        "The source {place} limits calls (it asks to wait {seconds} s); lower bounds.rate.",
    ),
    "SOURCE_ORIGIN": (
        "来源 {place} 指向 {target}；不向未配置的地址发送凭据，请改正来源配置中的地址。",
        "The source {place} leads to {target}; nothing is sent to an address that is not "
        "configured. Correct the address.",
    ),
    "SOURCE_CALL": (
        "无法构造对 {place} 的调用；请核对地址、请求头与密钥中的字符。",
        "The call to {place} cannot be made; check the characters of address, headers and secret.",
    ),
    "SOURCE_TOO_LARGE": (
        "来源 {place} 的答复超过 {limit}；请减小每页行数，或调整 bounds.max_response_bytes。",
        "The answer of {place} is larger than {limit}; ask for smaller pages, or raise "
        "bounds.max_response_bytes.",
    ),
    "SOURCE_ANSWER": (
        "来源的答复不能使用：{reason}。",
        "The answer of the source cannot be used: {reason}.",
    ),
    "SOURCE_PAGES": (
        "分页异常：{reason}；已入库部分保留。",
        "The pages of the source do not fit together: {reason}; what is stored stays.",
    ),
    "SOURCE_SECRET": (
        "找不到密钥：{reference}；请设置环境变量或文件。",
        "The secret {reference} is not there; set the variable or the file.",
    ),
    "SOURCE_RESTING": (
        "该来源连续失败，{until} 之前暂停自动拉取；可用 hub pull --full 或重试强制拉取。",
        "The source failed too often and is left alone until {until}; retry it to pull now.",
    ),
    "SOURCE_CANCELLED": (
        "拉取被中断，已入库部分保留，下次从断点继续。",
        "The pull was interrupted; what is stored stays, the next one goes on there.",
    ),
    "SOURCE_DEADLINE": (
        "拉取超过时限（{seconds} 秒），已入库部分保留，下次从断点继续。",
        "The pull took longer than {seconds} s; what is stored stays, the next one goes on there.",
    ),
    "FEED_NOT_SUPPORTED": (
        "不能由平台（中心）直接报送 {feed} 类数据。",
        "Data of feed {feed} cannot be sent by a centre.",
    ),
    "ROW_NOT_OWN": (
        "该行属于其他平台（中心），只能报送本平台（中心）的数据。",
        "The row is of another centre; a centre sends its own data only.",
    ),
    "SOURCE_CRASHED": (
        "拉取该来源时工作进程已连续 {times} 次中断且没有进展，已停止自动重试；请检查数据大小与内存后重试。",
        "The worker died {times} times while pulling this source and got nowhere; check size and "
        "memory, then retry.",
    ),
    "SOURCE_FAULT": (
        "拉取时出现未预料的错误（{kind}）；详见工作进程日志。",
        "Something unexpected happened during the pull ({kind}); see the worker's log.",
    ),
    "SOURCE_BUSY": (
        "另一个进程正在拉取该来源，请稍后再试。",
        "Another process is pulling this source; try again later.",
    ),
}
