"""All rules of the linter. The codes are those of GraphOS's linter; `bilingual` is our own.

`DOES_NOT_PARSE` is told by the runner, as no rule can look at what is no schema.
"""

from federation.registry.lint.rule import Rule
from federation.registry.lint.rules.all_described import RULE as ALL_DESCRIBED
from federation.registry.lint.rules.argument_names import RULE as ARGUMENT_NAMES
from federation.registry.lint.rules.bilingual import RULE as BILINGUAL
from federation.registry.lint.rules.contact import RULE as CONTACT
from federation.registry.lint.rules.deprecation_reason import RULE as DEPRECATION_REASON
from federation.registry.lint.rules.directive_names import RULE as DIRECTIVE_NAMES
from federation.registry.lint.rules.enum_as_input import RULE as ENUM_AS_INPUT
from federation.registry.lint.rules.enum_as_output import RULE as ENUM_AS_OUTPUT
from federation.registry.lint.rules.enum_prefix import RULE as ENUM_PREFIX
from federation.registry.lint.rules.enum_suffix import RULE as ENUM_SUFFIX
from federation.registry.lint.rules.enum_value_names import RULE as ENUM_VALUE_NAMES
from federation.registry.lint.rules.field_names import RULE as FIELD_NAMES
from federation.registry.lint.rules.input_suffix import RULE as INPUT_SUFFIX
from federation.registry.lint.rules.interface_prefix import RULE as INTERFACE_PREFIX
from federation.registry.lint.rules.interface_suffix import RULE as INTERFACE_SUFFIX
from federation.registry.lint.rules.object_prefix import RULE as OBJECT_PREFIX
from federation.registry.lint.rules.object_suffix import RULE as OBJECT_SUFFIX
from federation.registry.lint.rules.query_declaration import RULE as QUERY_DECLARATION
from federation.registry.lint.rules.resty_field_names import RULE as RESTY_FIELD_NAMES
from federation.registry.lint.rules.tag_names import RULE as TAG_NAMES
from federation.registry.lint.rules.type_names import RULE as TYPE_NAMES
from federation.registry.lint.rules.type_prefix import RULE as TYPE_PREFIX
from federation.registry.lint.rules.type_suffix import RULE as TYPE_SUFFIX
from federation.registry.lint.rules.unused_types import RULE as UNUSED_TYPES

RULES: tuple[Rule, ...] = (
    QUERY_DECLARATION,
    TYPE_NAMES,
    FIELD_NAMES,
    ARGUMENT_NAMES,
    ENUM_VALUE_NAMES,
    DIRECTIVE_NAMES,
    RESTY_FIELD_NAMES,
    TYPE_PREFIX,
    TYPE_SUFFIX,
    OBJECT_PREFIX,
    OBJECT_SUFFIX,
    INTERFACE_PREFIX,
    INTERFACE_SUFFIX,
    INPUT_SUFFIX,
    ENUM_PREFIX,
    ENUM_SUFFIX,
    ENUM_AS_INPUT,
    ENUM_AS_OUTPUT,
    DEPRECATION_REASON,
    TAG_NAMES,
    CONTACT,
    ALL_DESCRIBED,
    BILINGUAL,
    UNUSED_TYPES,
)
