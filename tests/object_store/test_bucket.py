"""Files in a bucket: read only as they were stored, shown to nobody else, and backed up."""

import io
import urllib.error
import urllib.request
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from core.documents import pictures, render, store
from core.documents.logos import redrawn
from core.models.document import DocumentKind
from core.storage import places
from core.system import health_checks
from core.templatetags.paper import file_address
from delivery.models import Handover
from delivery.work import handover_files
from exports import requested_exports
from exports.models import Scope
from tests.browsers import logged_in
from tests.object_store.peer import Peer
from tests.world import NOW, World

pytestmark = pytest.mark.proof


def png() -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (90, 30), "teal").save(out, "PNG")
    return SimpleUploadedFile("logo.png", out.getvalue())


def stored(world: World, pdf: bytes = b"%PDF-1.7 one") -> Any:
    return store.save(
        business=world.business, kind=DocumentKind.INVOICE, title="One", pdf=pdf, now=NOW
    )


def test_a_document_comes_back_only_as_it_was_stored(world: World, bucket: str, peer: Peer) -> None:
    document = stored(world)
    assert stored(world) == document
    assert peer.names(bucket) == [f"media/{document.path}"]
    assert store.read(document) == b"%PDF-1.7 one"
    at = {"Bucket": bucket, "Key": f"media/{document.path}"}
    peer.client.put_object(**at, Body=b"%PDF-1.7 another")
    with pytest.raises(store.DocumentAltered):
        store.read(document)
    peer.client.delete_object(**at)
    with pytest.raises(store.DocumentAltered):
        store.read(document)


def test_a_store_that_is_away_is_never_taken_for_a_file_that_was_altered(
    world: World, bucket: str, settings: Any
) -> None:
    document = stored(world)
    handover = Handover(sha256=document.sha256)
    for name, value in {
        "STORAGE_BUCKET": "not-ours",
        "STORAGE_ENDPOINT": "http://127.0.0.1:9",
    }.items():
        before = getattr(settings, name)
        setattr(settings, name, value)
        settings.STORAGES = dict(settings.STORAGES)  # the places are made anew
        for ask in (
            lambda: store.read(document),
            lambda: handover_files.read_file(handover),
            lambda: stored(world, b"%PDF-1.7 two"),
        ):
            with pytest.raises(places.Unreachable):
                ask()
        assert "does not answer" in health_checks.files(NOW)
        setattr(settings, name, before)
    settings.STORAGES = dict(settings.STORAGES)
    assert health_checks.files(NOW) == ""
    assert store.read(document)


def test_nobody_else_can_open_a_file_and_no_address_of_one_is_given_away(
    world: World, bucket: str, settings: Any
) -> None:
    world.business.logo = redrawn(png())
    world.business.save()
    key = f"{settings.STORAGE_ENDPOINT}/{bucket}/media/{world.business.logo.name}"
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(key, timeout=10)
    for address in (world.business.logo.url, default_storage.url(world.business.logo.name)):
        assert "://" not in address and "Signature" not in address
    page = logged_in(world.business.owner).get(reverse("dashboard:logo"))
    assert page.content == default_storage.open(world.business.logo.name).read()


def test_documents_show_logos_and_pictures_of_the_bucket(world: World, bucket: str) -> None:
    world.business.logo = redrawn(png())
    world.business.save()
    kept = pictures.keep(pictures.redrawn(png()))
    assert pictures.keep(pictures.redrawn(png())) == kept
    path = pictures.kept_file(kept)
    assert path and render.is_own_file(path.as_uri())
    assert render.is_own_file(file_address(world.business.logo))
    assert pictures.picture_response(kept)["Content-Type"] == "image/webp"
    places.media().delete(world.business.logo.name)
    assert file_address(world.business.logo) == ""


def test_an_export_is_built_downloaded_and_deleted(
    world: World, bucket: str, peer: Peer, settings: Any
) -> None:
    ask = {"business": world.business, "scope": Scope.EVERYTHING}
    row = requested_exports.request_export(**ask, now=NOW)
    assert requested_exports.build_due(now=NOW) == 1
    row.refresh_from_db()
    browser = logged_in(world.business.owner)
    answer = browser.get(reverse("dashboard:export", args=[row.pk]))
    body = b"".join(answer.streaming_content)
    assert len(body) == row.size
    assert zipfile.ZipFile(io.BytesIO(body)).testzip() is None
    assert f"exports/{row.file_name}" in peer.names(bucket)
    requested_exports.delete_expired(now=NOW + 2 * requested_exports.KEPT)
    assert f"exports/{row.file_name}" not in peer.names(bucket)
    assert not list(Path(settings.RH_VAR_DIR).rglob("*")), "a web machine keeps nothing"
