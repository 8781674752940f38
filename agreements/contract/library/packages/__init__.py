"""The built-in packages: a ladder of three for each trade, in the language of the moment.

Their figures are where to start from, in US dollars a month: another currency asks for figures of its own, because
nobody here knows what that market pays (rule 13).
"""

from collections.abc import Callable

from agreements.contract.library.packages.built_in import BuiltIn
from agreements.contract.library.packages.online import seo, social, web
from agreements.contract.library.packages.studio import consulting, design
from agreements.contract.library.packages.writing import content, copy

USUAL = "social"
BUILT_IN: dict[str, Callable[[], BuiltIn]] = {
    "social": social,
    "content": content,
    "copy": copy,
    "web": web,
    "seo": seo,
    "design": design,
    "consulting": consulting,
}

__all__ = ["BUILT_IN", "USUAL", "BuiltIn"]
