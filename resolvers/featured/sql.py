"""Statements over the tables of `featured`; `= any($1)` takes the keys of one batch."""

from __future__ import annotations

from typing import Final


def _of(alias: str, names: str) -> str:
    return ", ".join(f"{alias}.{name}" for name in names.split(", "))


ADVANCED_TECH: Final = f"""
select {
    _of(
        "p",
        "id, title, platform_code, owner_uscc, adopter_uscc, industry_code, readiness_level, "
        "stage, declassified, started_on",
    )
} from featured.advanced_tech_project as p
"""
INTERNATIONAL: Final = f"""
select {
    _of(
        "p",
        "id, title, platform_code, jurisdiction_code, owner_uscc, kind, status, "
        "export_control_checked, started_on",
    )
} from featured.international_project as p
"""
# {select}: one of the above. {found}: that the project belongs to asked.parent. {where}: conditions
# from $3 on. $2 how many per parent at most. Ids are UUIDs version 7, so in the order of time.
OF_PARENTS: Final = """
select asked.parent, found.* from unnest($1::text[]) as asked (parent) cross join lateral (
  {select} {where} and {found} order by p.id desc limit $2) as found
order by asked.parent, found.id desc
"""
ADVANCED_OF_PATENT: Final = """
p.id in (select project_id from featured.advanced_tech_patent
         where application_number = asked.parent)
"""
INTERNATIONAL_OF_PATENT: Final = """
p.id in (select project_id from featured.international_patent
         where application_number = asked.parent)
"""
INTERNATIONAL_OF_OFFICE: Final = """
p.id in (select project_id from featured.international_office where office_code = asked.parent)
"""
TARGETS_OFFICE: Final = """
p.id in (select project_id from featured.international_office where office_code = {})
"""
OF_OWNER_OR_ADOPTER: Final = "(p.owner_uscc = asked.parent or p.adopter_uscc = asked.parent)"
PATENTS_OF_ADVANCED: Final = """
select project_id as parent, application_number from featured.advanced_tech_patent
where project_id = any($1) order by project_id, ordinal
"""
PATENTS_OF_INTERNATIONAL: Final = """
select project_id as parent, application_number from featured.international_patent
where project_id = any($1) order by project_id, ordinal
"""
OFFICES_OF_INTERNATIONAL: Final = """
select project_id as parent, office_code from featured.international_office
where project_id = any($1) order by project_id, ordinal
"""

ADVANCED_LOCK: Final = f"{ADVANCED_TECH} where p.id = $1 for update"
ADD_ADVANCED: Final = """
insert into featured.advanced_tech_project (title, platform_code, owner_uscc, industry_code,
  readiness_level, stage, declassified, started_on)
values ($1, $2, $3, $4, $5, 'COLLECTED', $6, $7) returning id
"""
ADD_ADVANCED_PATENTS: Final = """
insert into featured.advanced_tech_patent (project_id, ordinal, application_number)
select $1, line - 1, number from unnest($2::text[]) with ordinality as given (number, line)
"""
MOVE_ADVANCED: Final = """
update featured.advanced_tech_project set stage = $2, adopter_uscc = coalesce($3, adopter_uscc)
where id = $1
"""
CHANGE_ADVANCED: Final = """
update featured.advanced_tech_project
set readiness_level = coalesce($2, readiness_level), declassified = coalesce($3, declassified)
where id = $1
"""
INTERNATIONAL_LOCK: Final = f"{INTERNATIONAL} where p.id = $1 for update"
ADD_INTERNATIONAL: Final = """
insert into featured.international_project (title, platform_code, jurisdiction_code, owner_uscc,
  kind, status, export_control_checked, started_on)
values ($1, $2, $3, $4, $5, 'PLANNED', $6, $7) returning id
"""
ADD_INTERNATIONAL_PATENTS: Final = """
insert into featured.international_patent (project_id, ordinal, application_number)
select $1, line - 1, number from unnest($2::text[]) with ordinality as given (number, line)
"""
ADD_OFFICES: Final = """
insert into featured.international_office (project_id, ordinal, office_code)
select $1, line - 1, code from unnest($2::text[]) with ordinality as given (code, line)
"""
MOVE_INTERNATIONAL: Final = """
update featured.international_project
set status = $2, export_control_checked = export_control_checked or $3 where id = $1
"""
