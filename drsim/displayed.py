"""What a notebook shows of an object that is the value of a cell."""

from __future__ import annotations

__all__ = ["Displayed"]


class Displayed:
    """An object of which Jupyter shows a small page in the place of its `repr`."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        from drsim.reporting.display import display

        return display(self)
