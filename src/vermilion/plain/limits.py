"""Limits of numbers, declared at the fields: ``share: Annotated[float, Limits(0, 1)]``."""

import math
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Limits:
    """The least and the most that a number may be."""

    least: float
    most: float = math.inf

    def __str__(self) -> str:
        return f"at least {self.least}" if self.most == math.inf else f"in {self.least}..{self.most}"

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> dict[str, Any]:  # noqa: ANN401
        """Pydantic's hook: the number's own schema, with these limits."""
        most = {} if self.most == math.inf else {"le": self.most}
        return {**handler(source), "ge": self.least, **most}
