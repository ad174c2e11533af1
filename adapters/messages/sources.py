"""Texts about sources and their pulls."""

from __future__ import annotations

from adapters.messages.shape import Texts

SOURCES: Texts = {
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
}
