"""The built-in packages: three tiers for each kind of work, in the active language.

Their fees are a starting point for a month. They are written down in US dollars; `priced_in` gives
those that are usual in another currency. Nothing is converted (rule 13).
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
