"""What a file is, by its bytes and never by its name, and which kinds are not taken in. Pure (docs/trust.md)."""

import re

HEAD = 2048  # bytes that are looked at
OTHER = "application/octet-stream"
TEXT = "text/plain"

_STARTS = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"8BPS", "image/vnd.adobe.photoshop"),
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"\x1f\x8b", "application/gzip"),
    (b"{\\rtf", "application/rtf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
    (b"\x1a\x45\xdf\xa3", "video/webm"),
)
_RUNS = (
    b"MZ",
    b"\x7fELF",
    b"#!",
    b"\xca\xfe\xba\xbe",
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"L\0\0\0\x01\x14\x02\0",
    b"dex\n",
    b"\0asm",
)
_MARKUP = re.compile(
    rb"<\s*(?:!doctype\s+(?:html|svg)|html|svg|script|head|body|iframe|math|xsl:)\b", re.I
)
_ENDINGS = frozenset(
    (
        "exe",
        "msi",
        "com",
        "scr",
        "bat",
        "cmd",
        "ps1",
        "vbs",
        "vbe",
        "js",
        "jse",
        "mjs",
        "wsf",
        "wsh",
        "hta",
        "jar",
        "sh",
        "bash",
        "app",
        "apk",
        "dmg",
        "pkg",
        "deb",
        "rpm",
        "lnk",
        "url",
        "reg",
        "cpl",
        "dll",
        "sys",
        "html",
        "htm",
        "xhtml",
        "shtml",
        "svg",
        "svgz",
        "xml",
        "xsl",
        "mht",
        "mhtml",
        "swf",
        "php",
        "py",
        "pl",
        "rb",
    )
)


def kind(head: bytes) -> str:
    """The content type that the first bytes show; OTHER where they show none."""
    for start, found in _STARTS:
        if head.startswith(start):
            return found
    if head[4:8] == b"ftyp":
        return "image/heic" if head[8:12] in (b"heic", b"mif1", b"heix") else "video/mp4"
    if head.startswith(b"RIFF"):
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(head[8:12], OTHER)
    return TEXT if _reads(head) else OTHER


def is_refused(name: str, head: bytes) -> bool:
    """Whether it is a program, or a page that a browser would run: by its bytes, and by its ending as well."""
    ending = name.rpartition(".")[2].strip().lower()
    if ending in _ENDINGS or head.startswith(_RUNS):
        return True
    return kind(head) in (TEXT, OTHER) and bool(_MARKUP.search(_plain(head)))


def clean_name(name: str) -> str:
    """A file's own name: without folders and signs that nobody sees, at most 160 long with its ending kept."""
    last = re.split(r"[\\/]", name)[-1]
    shown = " ".join("".join(sign if sign.isprintable() else " " for sign in last).split()).strip(
        ". "
    )
    stem, dot, ending = shown.rpartition(".")
    if len(shown) <= 160 or not dot or len(ending) > 20:
        return shown[:160]
    return f"{stem[: 159 - len(ending)]}.{ending}"


def _plain(head: bytes) -> bytes:
    """Text of two bytes a sign as one: markup hides in UTF-16 too."""
    return (
        head.replace(b"\0", b"")
        if head[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0<\0" in head[:64]
        else head
    )


def _reads(head: bytes) -> bool:
    for cut in range(4):  # the last sign may be cut in two
        try:
            text = head[: len(head) - cut].decode()
        except UnicodeDecodeError:
            continue
        return bool(text) and not any(ord(sign) < 32 and sign not in "\t\r\n\f" for sign in text)
    return False
