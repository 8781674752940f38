"""What kind of file an upload is, judged by its bytes, and which kinds are refused. Pure.

The name of a file is never trusted to say what it is. See docs/trust.md.
"""

import re

HEAD = 2048  # how many bytes from the start of a file are examined
OTHER = "application/octet-stream"
TEXT = "text/plain"

# The first bytes of each kind of file that is recognised, and its content type.
_SIGNATURES = (
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
# The first bytes of programs, scripts and shortcuts.
_EXECUTABLES = (
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
_REFUSED_EXTENSIONS = frozenset(
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
    """Return the content type that the first bytes show, or OTHER."""
    for signature, content_type in _SIGNATURES:
        if head.startswith(signature):
            return content_type
    if head[4:8] == b"ftyp":
        return "image/heic" if head[8:12] in (b"heic", b"mif1", b"heix") else "video/mp4"
    if head.startswith(b"RIFF"):
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(head[8:12], OTHER)
    return TEXT if _is_text(head) else OTHER


def is_refused(name: str, head: bytes) -> bool:
    """Whether the file is a program, or a page that a browser would run.

    A file is refused for its bytes and for its extension alike.
    """
    extension = name.rpartition(".")[2].strip().lower()
    if extension in _REFUSED_EXTENSIONS or head.startswith(_EXECUTABLES):
        return True
    return kind(head) in (TEXT, OTHER) and bool(_MARKUP.search(_without_nulls(head)))


def clean_name(name: str) -> str:
    """Return the file's own name, without folders and invisible characters.

    The name has at most 160 characters; a longer one is shortened before its extension.
    """
    base_name = re.split(r"[\\/]", name)[-1]
    visible = "".join(character if character.isprintable() else " " for character in base_name)
    shown = " ".join(visible.split()).strip(". ")
    stem, dot, extension = shown.rpartition(".")
    if len(shown) <= 160 or not dot or len(extension) > 20:
        return shown[:160]
    return f"{stem[: 159 - len(extension)]}.{extension}"


def _without_nulls(head: bytes) -> bytes:
    """Drop the null bytes of UTF-16 text, so that markup cannot hide in it."""
    return (
        head.replace(b"\0", b"")
        if head[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0<\0" in head[:64]
        else head
    )


def _is_text(head: bytes) -> bool:
    """Whether the bytes are UTF-8 text without control characters."""
    for cut in range(4):  # the last character may be cut off inside its bytes
        try:
            text = head[: len(head) - cut].decode()
        except UnicodeDecodeError:
            continue
        return bool(text) and not any(
            ord(character) < 32 and character not in "\t\r\n\f" for character in text
        )
    return False
