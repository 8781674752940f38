"""bin/third-party: THIRD-PARTY.md and sbom.json, whose software is shipped, under which licences.

The packages and their versions are those of requirements.txt, with what they need only on another
system; licences come from what the packages say of themselves, and from SAID where they say it in
other words than SPDX.
"""

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from retainer_hub.settings import VERSION
from tests.copied import ROOT

PAGE, BOM = ROOT / "THIRD-PARTY.md", ROOT / "sbom.json"
#: Licences in the words of SPDX, where a package has others or none, as its own files say.
SAID = {
    "aiohappyeyeballs": "PSF-2.0",
    "aiosignal": "Apache-2.0",
    "amqp": "BSD-3-Clause",
    "async-timeout": "Apache-2.0",
    "billiard": "BSD-3-Clause",
    "brotlicffi": "MIT",
    "click-plugins": "BSD-3-Clause",
    "colorama": "BSD-3-Clause",
    "cssselect2": "BSD-3-Clause",
    "django-csp": "BSD-3-Clause",
    "fido2": "BSD-2-Clause",
    "markdown-it-py": "MIT",
    "mdurl": "MIT",
    "prompt-toolkit": "BSD-3-Clause",
    "pydyf": "BSD-3-Clause",
    "pyphen": "GPL-2.0-or-later OR LGPL-2.1-or-later OR MPL-1.1",
    "pyrage": "MIT",
    "python-dateutil": "Apache-2.0 OR BSD-3-Clause",
    "python-stdnum": "LGPL-2.1-or-later",
    "qrcode": "BSD-3-Clause",
    "s3transfer": "Apache-2.0",
    "segno": "BSD-3-Clause",
    "sqlparse": "BSD-3-Clause",
    "stripe": "MIT",
    "tinycss2": "BSD-3-Clause",
    "tinyhtml5": "MIT",
    "tzdata": "Apache-2.0",
    "vine": "BSD-3-Clause",
    "wcwidth": "MIT",
    "weasyprint": "BSD-3-Clause",
    "webencodings": "BSD-3-Clause",
}
SPDX = re.compile(r"[A-Za-z0-9.+-]+(?: (?:AND|OR) [A-Za-z0-9.+-]+)*")
PIN = re.compile(r"^([A-Za-z0-9][\w.-]*)==(\S+)", re.M)
HEAD = """# Third-party software

What others wrote and Retainer Hub installs or ships. `bin/third-party` writes this page, and
`sbom.json` (CycloneDX 1.6), from `requirements.txt`. Packages come from the index with their own
licence files; what lies in the project has its licence beside it.

| Name | Version | Licence | In |
| --- | --- | --- | --- |"""


@dataclass(frozen=True)
class Part:
    """Something of others that is shipped. `folder` is where it lies, for what is no package."""

    name: str
    version: str
    licence: str
    kind: str = "pypi"
    folder: str = ""


#: What lies in the project itself, each with its licence beside it.
VENDORED = (
    Part("bootstrap", "5.3.9", "MIT", "npm", "static/vendor/bootstrap"),
    Part("inter", "4.001", "OFL-1.1", "generic", "static/vendor/inter"),
    Part("ibm-plex-sans-thai", "1.1", "OFL-1.1", "generic", "static/vendor/plex-thai"),
    Part("tabler-icons", "", "MIT", "npm", "static/vendor/tabler-icons"),
    Part("sarabun", "", "OFL-1.1", "generic", "core/documents/fonts"),
)


def parts() -> Iterator[Part]:
    """Yield the packages of requirements.txt, and what is vendored."""
    for name, version in PIN.findall((ROOT / "requirements.txt").read_text()):
        yield Part(name, version, licence(name))
    yield from VENDORED


def licence(name: str) -> str:
    """Return the licence of a package as SPDX writes it. Raises ValueError if nothing says it."""
    if name in SAID:
        return SAID[name]
    try:
        about = distribution(name).metadata
    except PackageNotFoundError as error:
        raise ValueError(f"{name} is not installed here: say its licence in SAID.") from error
    words = about["License-Expression"] or about["License"] or ""
    if not SPDX.fullmatch(words) or words == "BSD":
        raise ValueError(f"{name} says {words[:40]!r}: say its licence in SAID.")
    return words


def page() -> str:
    """Return THIRD-PARTY.md."""
    rows = [
        f"| {part.name} | {part.version} | {part.licence} | {part.folder and f'`{part.folder}`'} |"
        for part in sorted(parts(), key=lambda part: part.name)
    ]
    return "\n".join([HEAD, *rows, ""])


def bom() -> str:
    """Return the software bill of materials as JSON, the same for the same packages."""
    licences = LicenseFactory()
    product = Component(
        name="retainer-hub",
        version=VERSION,
        type=ComponentType.APPLICATION,
        bom_ref="retainer-hub",
    )
    made = Bom(
        components=[
            Component(
                name=part.name,
                version=part.version or None,
                type=ComponentType.LIBRARY,
                purl=PackageURL(part.kind, None, part.name, part.version or None),
                bom_ref=f"{part.kind}:{part.name}",
                licenses=[licences.make_from_string(part.licence)],
            )
            for part in parts()
        ]
    )
    made.metadata.component = product
    made.register_dependency(product, made.components)
    found = json.loads(JsonV1Dot6(made).output_as_string())
    del found["serialNumber"], found["metadata"]["timestamp"]  # they would differ each time
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    PAGE.write_text(page())
    BOM.write_text(bom())
    sys.stdout.write(f"{PAGE.name} and {BOM.name}: {len(list(parts()))} parts\n")


if __name__ == "__main__":
    main()
