"""Marks a PDF as archival (PDF/A-3a) and accessible (PDF/UA-1) at once, and puts files into it.

WeasyPrint writes the mark of one standard. PDF/A-3a is asked for; this adds the mark of the other one, and the
description of it that PDF/A wants of every mark that is not its own.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

VARIANT = "pdf/a-3a"
MARK = b"""\
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>
<rdf:Description rdf:about=""
  xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
  xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
  xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
 <pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
  <pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>
  <pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
  <pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
  <pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
   <pdfaProperty:name>part</pdfaProperty:name>
   <pdfaProperty:valueType>Integer</pdfaProperty:valueType>
   <pdfaProperty:category>internal</pdfaProperty:category>
   <pdfaProperty:description>The part of ISO 14289 that the file follows</pdfaProperty:description>
  </rdf:li></rdf:Seq></pdfaSchema:property>
 </rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
"""
END = b"</rdf:RDF>"


def mark(paper: Any) -> None:
    """Add the second mark to a rendered document (WeasyPrint's), before it is written."""
    paper.metadata.generate_rdf_metadata = partial(_both, paper.metadata.generate_rdf_metadata)


def attach(paper: Any, attachment: Any, files: Mapping[str, bytes], created: datetime) -> None:
    """Put these files in, as what the document was made from; `attachment` is WeasyPrint's class for one."""
    paper.metadata.attachments = [
        attachment(string=body, name=name, relationship="Source", created=created, modified=created)
        for name, body in files.items()
    ]


def _both(write: Any, *asked: Any) -> bytes:
    written: bytes = write(*asked)
    return written.replace(END, MARK + END)
