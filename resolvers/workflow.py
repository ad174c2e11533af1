"""State machines: one declared table per workflow (DOMAIN §2.5).

From the table come the checks of a transition, `allowedActions`, the generated tests (every
allowed transition, every other one refused) and the page `resolvers/WORKFLOWS.md`. Conditions
that need facts (a standard in force, a limit kept) are code of the command; the table says them
in words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from resolvers.identity import Caller, Permit, Subject, may
from resolvers.refusal import Forbidden, refuse


@dataclass(frozen=True, slots=True)
class Transition:
    """`action` leads from any of `sources` to one of `targets`.

    More than one target: a condition decides (a passed or failed check). `permits` empty: only
    timers and reactions do it. `condition_*`: what else must hold, in words.
    """

    action: str
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    permits: tuple[Permit, ...]
    zh: str
    en: str
    condition_zh: str = ""
    condition_en: str = ""
    comment_required: bool = False

    @property
    def is_automatic(self) -> bool:
        return not self.permits


@dataclass(frozen=True, slots=True)
class Workflow:
    """A named state machine; `initial`: states in which an object begins."""

    name: str
    zh: str
    en: str
    states: tuple[str, ...]
    initial: tuple[str, ...]
    transitions: tuple[Transition, ...]

    def __post_init__(self) -> None:
        known = set(self.states)
        for each in self.transitions:
            unknown = {*each.sources, *each.targets} - known
            if unknown:
                raise ValueError(f"{self.name}.{each.action}: no such state {sorted(unknown)}")
        seen: set[tuple[str, str]] = set()
        for each in self.transitions:
            for source in each.sources:
                if (source, each.action) in seen:
                    raise ValueError(f"{self.name}: {each.action} from {source} is declared twice")
                seen.add((source, each.action))

    @property
    def actions(self) -> tuple[str, ...]:
        """Every action a caller can ask for, in the order declared."""
        return tuple(dict.fromkeys(t.action for t in self.transitions if not t.is_automatic))

    def find(self, state: str, action: str) -> Transition | None:
        """Return the transition of that action out of that state."""
        for each in self.transitions:
            if each.action == action and state in each.sources:
                return each
        return None

    def allowed_actions(self, state: str, caller: Caller, subject: Subject) -> tuple[str, ...]:
        """Return what this caller may do with the object now, as far as the table tells."""
        return tuple(
            each.action
            for each in self.transitions
            if state in each.sources and may(each.permits, caller, subject)
        )

    def check(
        self, state: str, action: str, caller: Caller, subject: Subject, comment: str | None = None
    ) -> Transition:
        """Return the transition the caller asks for.

        Who may never do that to the object learns nothing of its state.

        Raises:
            Forbidden: no transition of that action is open to the caller for this object.
            Refused: TRANSITION_NOT_ALLOWED out of this state; COMMENT_REQUIRED.
        """
        of_action = [each for each in self.transitions if each.action == action]
        if of_action and not any(may(each.permits, caller, subject) for each in of_action):
            raise forbidden(caller)
        found = self.find(state, action)
        if found is None or found.is_automatic:
            raise self.not_allowed(state, action)
        if not may(found.permits, caller, subject):
            raise forbidden(caller)
        if found.comment_required and not (comment or "").strip():
            raise refuse(
                "COMMENT_REQUIRED", "此操作须填写说明", "This action needs a comment", "comment"
            )
        return found

    def not_allowed(self, state: str, action: str) -> Exception:
        """Return the refusal of an action the state does not have."""
        return refuse(
            "TRANSITION_NOT_ALLOWED",
            f"{self.zh}处于 {state}，不能 {action}",
            f"{self.en} is {state}: {action} is not possible",
            "action",
        )


def forbidden(caller: Caller) -> Forbidden:
    """Return the refusal for want of rights: who has not said who they are should do so first."""
    return Forbidden("FORBIDDEN" if caller.is_authenticated else "UNAUTHENTICATED")


def require(permits: Sequence[Permit], caller: Caller, subject: Subject | None = None) -> None:
    """Raises `Forbidden` unless one of the permits lets the caller act on the object."""
    if not may(permits, caller, subject or Subject()):
        raise forbidden(caller)
