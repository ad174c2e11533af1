"""Enums of `reference`."""

from __future__ import annotations

from enum import Enum

import strawberry

from schema.common.descriptions import enum_value, zh_en


@strawberry.enum(description=zh_en("行政区划级别", "Level of a region"))
class RegionLevel(Enum):
    COUNTRY = enum_value("COUNTRY", "全国", "The whole country")
    PROVINCE = enum_value("PROVINCE", "省级", "Province level")
    PREFECTURE = enum_value("PREFECTURE", "地级", "Prefecture level")
    COUNTY = enum_value("COUNTY", "县级", "County level")


@strawberry.enum(description=zh_en("代码的状态", "State of a code"))
class CodeStatus(Enum):
    ACTIVE = enum_value("ACTIVE", "现行", "In use")
    CHANGED = enum_value(
        "CHANGED", "同一代码后来改了名称", "The same code was given another name later"
    )
    RETIRED = enum_value("RETIRED", "已停用", "No longer used")


@strawberry.enum(description=zh_en("管辖范围的种类", "Kind of a jurisdiction"))
class JurisdictionKind(Enum):
    PROVINCE_LEVEL = enum_value("PROVINCE_LEVEL", "省、自治区、直辖市", "Province level")
    SEPARATELY_PLANNED_CITY = enum_value(
        "SEPARATELY_PLANNED_CITY", "计划单列市", "City under separate state planning"
    )
    XPCC = enum_value("XPCC", "新疆生产建设兵团", "Xinjiang Production and Construction Corps")


@strawberry.enum(description=zh_en("IPC 的层级", "Level of an IPC symbol"))
class IpcLevel(Enum):
    SECTION = enum_value("SECTION", "部", "Section")
    CLASS = enum_value("CLASS", "大类", "Class")
    SUBCLASS = enum_value("SUBCLASS", "小类", "Subclass")
    MAIN_GROUP = enum_value("MAIN_GROUP", "大组", "Main group")
    SUBGROUP = enum_value("SUBGROUP", "小组", "Subgroup")


@strawberry.enum(description=zh_en("ST.3 代码的种类", "Kind of an ST.3 code"))
class OfficeKind(Enum):
    STATE_OR_ENTITY = enum_value("STATE_OR_ENTITY", "国家或地区", "State or other entity")
    ORGANIZATION = enum_value("ORGANIZATION", "政府间组织", "Intergovernmental organisation")
    PROVISIONAL = enum_value(
        "PROVISIONAL", "临时代码，只用于当事人国别", "Provisional, only as country of a party"
    )
    FORMER_OR_ALIAS = enum_value("FORMER_OR_ALIAS", "曾用代码或别名", "Former code or alias")


@strawberry.enum(description=zh_en("组织的种类", "Kind of an organisation"))
class OrganizationKind(Enum):
    ENTERPRISE = enum_value("ENTERPRISE", "企业", "Enterprise")
    UNIVERSITY = enum_value("UNIVERSITY", "高等学校", "University")
    RESEARCH_INSTITUTE = enum_value("RESEARCH_INSTITUTE", "科研机构", "Research institute")
    BANK = enum_value("BANK", "银行", "Bank")
    GUARANTEE = enum_value("GUARANTEE", "融资担保机构", "Guarantee company")
    INSURER = enum_value("INSURER", "保险机构", "Insurer")
    SERVICE_AGENCY = enum_value("SERVICE_AGENCY", "知识产权服务机构", "IP service agency")
    PLATFORM_HOST = enum_value("PLATFORM_HOST", "平台建设主体", "Host of a platform")
    GOVERNMENT = enum_value("GOVERNMENT", "政府部门", "Government")
    OTHER = enum_value("OTHER", "其他", "Other")


@strawberry.enum(description=zh_en("可校验的标识符或数值的种类", "What can be checked"))
class IdentifierKind(Enum):
    APPLICATION_NUMBER = enum_value(
        "APPLICATION_NUMBER", "申请号、专利号", "Application or patent number"
    )
    PUBLICATION_NUMBER = enum_value("PUBLICATION_NUMBER", "公开（公告）号", "Publication number")
    USCC = enum_value("USCC", "统一社会信用代码", "Unified social credit code")
    REGION = enum_value("REGION", "行政区划代码", "Region code")
    INDUSTRY = enum_value("INDUSTRY", "行业代码", "Industry code")
    IPC = enum_value("IPC", "国际专利分类号", "IPC symbol")
    LOCARNO = enum_value("LOCARNO", "洛迦诺分类号", "Locarno class")
    OFFICE = enum_value("OFFICE", "ST.3 代码", "ST.3 code")
    PLATFORM_NAME = enum_value("PLATFORM_NAME", "平台（中心）名称", "Name of a platform or centre")
    DATE = enum_value("DATE", "日期", "Date")
    MONEY = enum_value("MONEY", "金额", "Money")
