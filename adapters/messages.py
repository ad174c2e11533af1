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
    "FILE_JSON_TOO_LARGE": (
        "JSON 文档超过 {limit}，须整体读入内存；请改用 JSON Lines（.jsonl，每行一条记录）或拆分。",
        "The JSON document is larger than {limit} and would be held in memory whole; "
        "send JSON Lines (.jsonl, one record a line), or split it.",
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
    "ARCHIVE_MEMBERS": (
        "压缩包内文件数超过上限 {limit}；请拆分后再报送。",
        "The archive holds more than {limit} files; split it.",
    ),
    "ARCHIVE_NOTHING": (
        "压缩包内没有可读取的数据文件；可用：{known}。",
        "The archive holds no file of a known kind; use one of {known}.",
    ),
    "ARCHIVE_NESTED": (
        "压缩包内还有压缩包，未读取；请直接放入数据文件。",
        "An archive inside the archive is not read; put the data files in directly.",
    ),
    "ARCHIVE_ENCRYPTED": (
        "该文件已加密，无法读取；请去掉密码后重新打包。",
        "The member is encrypted and cannot be read; pack it without a password.",
    ),
    "ARCHIVE_METHOD": (
        "该文件的压缩方式无法读取；请用普通 ZIP（Deflate）重新打包。",
        "The member is packed in a way that cannot be read; pack it as a plain ZIP (Deflate).",
    ),
    "ARCHIVE_DAMAGED": (
        "压缩包中的该文件已损坏：{reason}；请重新打包。",
        "The member is damaged in the archive: {reason}; pack it again.",
    ),
    "ARCHIVE_EXPANDS": (
        "解压后超过允许的大小（{limit}）；请拆分后再报送。",
        "Unpacked it is larger than allowed ({limit}); split it.",
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
    "ROW_JSON": (
        "本行不是完整的 JSON：{reason}。",
        "The line is no complete JSON: {reason}.",
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
    "PRODUCT_STATUS_UNKNOWN": (
        "备案状态无法识别；应为已备案、审查、公示、已认定或不予认定等。",
        "Unknown status of a filing; expected filed, under review, recognised or the like.",
    ),
    "NAVIGATION_KIND_UNKNOWN": (
        "导航类型无法识别；应为区域规划、产业规划、企业经营、研发活动或人才管理。",
        "Unknown kind of navigation; expected one of the five of GB/T 39551.",
    ),
    "OPENNESS_UNKNOWN": (
        "公开程度无法识别；应为公开、依申请公开或不公开。",
        "Unknown openness; expected open, conditional or restricted.",
    ),
    "SERVICE_CATEGORY_UNKNOWN": (
        "服务类别无法识别。",
        "Unknown category of services.",
    ),
    "CREDIT_GRADE_UNKNOWN": (
        "信用等级无法识别；应为 A、B、C 或 D。",
        "Unknown credit grade; expected A, B, C or D.",
    ),
    "DEMAND_KIND_UNKNOWN": (
        "需求类型无法识别。",
        "Unknown kind of demand.",
    ),
    "PERIOD_KIND_UNKNOWN": (
        "期间类型无法识别；应为月、季或年。",
        "Unknown kind of period; expected month, quarter or year.",
    ),
    "INDICATOR_UNKNOWN": (
        "没有这项指标；请填写指标代码或名称。",
        "There is no such indicator; give its code or name.",
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
    "SOURCE_DRIVER": (
        "没有安装 {driver} 数据库的驱动；请安装可选组件 zhitong-hub[{extra}]。",
        "No driver for {driver} databases is installed; install the extra zhitong-hub[{extra}].",
    ),
    "SOURCE_SQL": (
        "数据库没有给出结果：{reason}。",
        "The database gave no result: {reason}.",
    ),
    "SOURCE_SQL_TYPE": (
        "结果列 {name} 的类型 {type} 无法读取；请在 query 中不取该列，或转换为文本。",
        "Result column {name} is of type {type}; leave it out of the query, or cast it to text.",
    ),
    "SOURCE_SQL_COLUMN": (
        "查询结果中没有 order 或 incremental 所说的列 {name}。",
        "The result has no column {name}, which order or incremental names.",
    ),
    "SOURCE_SQL_ORDER": (
        "order 所列的列（{columns}）不唯一或有空值：{values}；请补足使其唯一的列。",
        "The columns of order ({columns}) are not unique or empty: {values}; name further ones.",
    ),
    "SOURCE_RESTING": (
        "该来源连续失败，{until} 之前暂停自动拉取；可用 hub pull --full 或重试强制拉取。",
        "The source failed too often and is left alone until {until}; retry it to pull now.",
    ),
    "SOURCE_CANCELLED": (
        "拉取被中断，已入库部分保留，下次从断点继续。",
        "The pull was interrupted; what is stored stays, the next one goes on there.",
    ),
    "LIVE_TOO_MANY": (
        "按 {count} 个编号查询，却返回 {limit} 条以上记录；请检查来源的 lookup 设置。",
        "Asked for {count} keys it answers with more than {limit} records; check lookup.",
    ),
    "LIVE_ABSENT": (
        "一次查询的 {count} 条记录全部或大部不再返回，疑为来源故障，未按删除处理。",
        "Most of {count} records are missing from one answer, which looks like a fault of the "
        "source; nothing is taken as deleted.",
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
        "拉取该来源时工作进程已连续 {times} 次中断且没有进展，已停止自动重试；"
        "请检查数据大小与内存后重试。",
        "The worker died {times} times while pulling this source and got nowhere; check size and "
        "memory, then retry.",
    ),
    "SOURCE_FAULT": (
        "拉取时出现未预料的错误（{kind}）；详见工作进程日志。",
        "Something unexpected happened during the pull ({kind}); see the worker's log.",
    ),
    # quarantine
    "BATCH_UNKNOWN": (
        "没有批次或有待更正行的来源 {asked}。",
        "There is no batch, and no source with waiting rows, called {asked}.",
    ),
    "EXPORT_TOO_LARGE": (
        "导出内容超过 {limit}；请改用 hub quarantine export。",
        "The export is larger than {limit}; use hub quarantine export.",
    ),
    "EXPORT_FILE": ("无法写入 {path}：{reason}。", "{path} cannot be written: {reason}."),
    "RETRY_UNKNOWN": (
        "既不是批次标识，也没有这个文件：{asked}。",
        "Neither the id of a batch nor a file: {asked}.",
    ),
    "EXPORT_ENCODING": ("JSON Lines 只用 UTF-8。", "JSON Lines are always in UTF-8."),
    "CORRECTION_HEADER": (
        "更正文件中没有{columns}列；请在导出的文件上更正，不要删去这些列。",
        "The corrected file has no column {columns}; correct the exported file and keep them.",
    ),
    "CORRECTION_ROW": (
        "更正文件第 {line} 行的行号或批次无法识别：{value}。",
        "Line {line} of the corrected file names no row or batch: {value}.",
    ),
    "CORRECTION_COLUMNS": (
        "更正文件第 {line} 行的单元格多于表头；多半是单元格内的分隔符没有加引号。",
        "Line {line} of the corrected file has more cells than headers; quote the delimiter.",
    ),
    "CORRECTION_REPEATED": (
        "更正文件中第 {row} 行出现两次。",
        "Row {row} stands twice in the corrected file.",
    ),
    "CORRECTION_EMPTY": (
        "更正文件中没有要更正的行。",
        "The corrected file has no row.",
    ),
    "RETRY_BATCH_FAILED": (
        "该批次整批未入库，其中被采用的行没有逐行留存，不能只重试被拒的行；"
        "请更正后重新报送整个文件，或修正来源配置后执行 hub pull --full。",
        "The batch failed as a whole and its good rows are not kept, so its refused rows cannot be "
        "tried alone; correct and resend the file, or mend the source and run hub pull --full.",
    ),
    "RETRY_BATCH_STATUS": (
        "批次的状态为 {status}，其中的行不能重试。",
        "The batch is {status}; its rows cannot be tried again.",
    ),
    "RETRY_NO_HEADER": (
        "该批次由旧版本接收，没有留存表头与单位，不能逐行重试；请执行 hub pull --full。",
        "An older version took the batch in without keeping its header and units; "
        "run hub pull --full.",
    ),
    "RETRY_ROW_UNKNOWN": (
        "批次中没有第 {row} 行的待更正数据。",
        "No refused row {row} is kept of the batch.",
    ),
    "REASON_NOT_KEPT": (
        "该批次问题过多，本行被拒的原因没有留存，不能按原样重试；请更正本行或重新报送整个文件。",
        "The batch had too many issues for this row's reasons to be kept; correct the row, "
        "or send the file again.",
    ),
    "RETRY_COLUMN_UNKNOWN": (
        "批次中没有“{column}”列，本类数据也没有这一列。",
        "Neither the batch nor the feed has a column {column}.",
    ),
    "RETRY_SOURCE_UNKNOWN": (
        "此处没有来源 {source} 的配置，无法按其设置重试。",
        "No source file of {source} is known here, so its rows cannot be read again.",
    ),
    "RETRY_SOURCE_CHANGED": (
        "来源 {source} 现在是 {now} 类数据，批次是 {then} 类。",
        "The source {source} now holds {now}, the batch holds {then}.",
    ),
    "SOURCE_BUSY": (
        "另一个进程正在拉取该来源，请稍后再试。",
        "Another process is pulling this source; try again later.",
    ),
}
