"""Makes a PDF both archival (PDF/A-3a) and accessible (PDF/UA-1), and attaches files to it.

WeasyPrint writes the metadata of one standard only. It is asked for PDF/A-3a; this module adds the
identification of PDF/UA-1, together with the extension schema by which PDF/A wants every foreign
metadata property to be described.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

PDF_VARIANT = "pdf/a-3a"  # WeasyPrint's name for PDF/A-3a
PDF_UA_METADATA = b"""\
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
METADATA_END = b"</rdf:RDF>"


def add_pdf_ua_metadata(document: Any) -> None:
    """Identify a rendered WeasyPrint document as PDF/UA-1. Call it before the PDF is written."""
    metadata = document.metadata
    metadata.generate_rdf_metadata = partial(_with_pdf_ua, metadata.generate_rdf_metadata)


def attach_files(
    document: Any, attachment_class: Any, files: Mapping[str, bytes], created: datetime
) -> None:
    """Attach files to a rendered WeasyPrint document, as the source that it was made from.

    `attachment_class` is WeasyPrint's class for an attachment.
    """
    document.metadata.attachments = [
        attachment_class(
            string=body, name=name, relationship="Source", created=created, modified=created
        )
        for name, body in files.items()
    ]


def _with_pdf_ua(generate: Any, *arguments: Any) -> bytes:
    metadata: bytes = generate(*arguments)
    return metadata.replace(METADATA_END, PDF_UA_METADATA + METADATA_END)
