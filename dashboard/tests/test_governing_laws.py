"""The governing law is chosen from real laws, and an old choice stays as it was."""

from typing import Any

import pytest
from django.utils import translation

from agreements.contract import clauses, governing_laws
from agreements.models import Proposal
from dashboard.agreements.forms.wording import ContractTextForm
from tests.world import World


def laws(kept: str = "") -> dict[str, str]:
    return dict(governing_laws.choices(kept=kept))


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("en", ["England and Wales", "Scotland", "California (USA)", "Ontario (Canada)"]),
        ("th", ["อังกฤษและเวลส์", "สกอตแลนด์", "รัฐแคลิฟอร์เนีย (สหรัฐอเมริกา)", "ออนแทรีโอ (แคนาดา)"]),
    ],
)
def test_the_laws_of_parts_of_a_country_are_offered_by_name(
    language: str, names: list[str]
) -> None:
    with translation.override(language):
        shown = laws()
    assert set(names) <= set(shown.values())
    assert {"DE", "TH", "SG", "US-NY", "AU-NSW"} <= set(shown)


def form_of(world: World, typed: str) -> ContractTextForm:
    return ContractTextForm({"governing_law": typed}, business=world.business, own=[])


@pytest.mark.parametrize("typed", ["Scotland", " scotland", "GB-SCT", "gb-sct"])
def test_a_law_is_searched_for_by_its_name(world: World, typed: str) -> None:
    form = form_of(world, typed)
    assert form.is_valid() and form.cleaned_data["governing_law"] == "GB-SCT"
    field = str(form["governing_law"])
    assert "<datalist" in field and "Ontario (Canada)" in field and "<select" not in field
    assert form.law_name == "Scotland"


def test_a_law_is_shown_by_its_name(world: World) -> None:
    world.proposal(send=False, governing_law="US-CA")
    form = ContractTextForm(None, business=world.business, own=[])
    assert 'value="California (USA)"' in str(form["governing_law"])
    assert form.law_name == "California (USA)"


def test_a_law_that_is_not_in_the_list_is_refused_and_none_is_possible(world: World) -> None:
    refused = form_of(world, "Atlantis")
    assert not refused.is_valid()
    assert refused.errors["governing_law"] == ["Please choose one from the list."]
    assert 'value="Atlantis"' in str(refused["governing_law"])
    assert form_of(world, "").is_valid()


def test_no_law_is_offered_that_does_not_exist() -> None:
    shown = laws()
    assert not {"AQ", "XA", "XB", "QO", "EU", "US", "GB"} & set(shown)
    assert len(set(shown.values())) == len(shown)


def test_a_law_that_was_chosen_before_stays_valid_and_is_printed_as_before(world: World) -> None:
    draft = world.proposal(send=False, governing_law="US")
    data: dict[str, Any] = {"governing_law": "US"}
    form = ContractTextForm(data, business=world.business, own=[], proposal=draft)
    assert form.is_valid()
    agreement = world.picked(governing_law="US")
    text = str(clauses.clauses(agreement))
    assert "law of the United States" in text


def test_the_law_of_a_state_is_printed_in_the_agreement(world: World) -> None:
    agreement = world.picked(governing_law="US-CA")
    text = str(clauses.clauses(agreement))
    assert "law of California (USA)" in text


def test_the_law_of_the_last_proposal_is_suggested_for_the_next(world: World) -> None:
    assert governing_laws.usual(world.business) == "TH"
    world.proposal(send=False, governing_law="GB-SCT")
    world.proposal(send=False)
    assert governing_laws.usual(world.business) == "GB-SCT"
    Proposal.objects.all().delete()
    world.business.time_zone = "America/New_York"
    assert governing_laws.usual(world.business) == ""
