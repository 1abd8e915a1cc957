from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter

import pytest

from engine import vocabulary
from engine.errors import BadTable, UnknownLabel
from engine.records import Modality
from engine.vocabulary import TermKind


def test_nih_findings_stand_in_the_papers_order():
    names = [t.name for t in vocabulary.nih_findings()]
    assert names[:10] == [
        "Atelectasis",
        "Effusion",
        "Infiltration",
        "Mass",
        "Nodule",
        "Pneumothorax",
        "Consolidation",
        "Cardiomegaly",
        "Pleural Thickening",
        "Hernia",
    ]
    assert names[10:] == ["Edema", "Pneumonia", "Emphysema", "Fibrosis"]


def test_lesions_and_grades():
    assert [t.code for t in vocabulary.lesions()] == ["MA", "HE", "SE", "EX", "NV"]
    assert [t.order for t in vocabulary.grades()] == [0, 1, 2, 3, 4]
    assert [t.code for t in vocabulary.grades("DME")] == ["DME0", "DME1", "DME2"]
    with pytest.raises(UnknownLabel):
        vocabulary.grades("AMD")


def test_enough_words_of_each_kind():
    chest = vocabulary.terms(Modality.CHEST)
    assert len(chest) >= 14 + 30
    fundus = {t.name for t in vocabulary.terms("fundus", "disease")}
    assert len(fundus) >= 12
    assert {"Degenerative myopia", "Glaucoma", "Hypertensive retinopathy", "Retinal vein occlusion"} <= fundus
    assert "Age-related macular degeneration" in fundus


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Pleural_Thickening", "Pleural Thickening"),
        ("pleural thickening", "Pleural Thickening"),
        ("Pleural effusion", "Effusion"),
        ("pathological myopia", "Degenerative myopia"),
        ("cotton-wool spots", "Soft exudate"),
        ("  COPD ", "Chronic Obstructive Pulmonary Disease"),
        ("DR3", "Severe non-proliferative diabetic retinopathy"),
    ],
)
def test_a_term_is_found_by_name_code_or_synonym(text, name):
    assert vocabulary.term(text).name == name


def test_an_unknown_word_names_the_nearest():
    with pytest.raises(UnknownLabel) as caught:
        vocabulary.term("Efusion")
    assert "Effusion" in caught.value.remedy
    with pytest.raises(UnknownLabel):
        vocabulary.term("zzzzzzzzz")


def test_words_are_unique_and_terms_are_whole():
    words = Counter(
        w for t in vocabulary.terms() for w in {vocabulary._key(x) for x in (t.name, *t.synonyms)}
    )
    assert [w for w, n in words.items() if n > 1] == []
    codes = Counter((t.modality, t.code) for t in vocabulary.terms())
    assert max(codes.values()) == 1
    for term in vocabulary.terms():
        assert re.fullmatch("#[0-9A-F]{6}", term.colour), term.name
        assert term.definition.endswith("."), term.name
        assert bool(term.coding) == bool(term.coding_id), term.name
        pattern = {"SNOMED CT": r"\d{6,18}", "RadLex": r"RID\d+", "": ""}[term.coding]
        assert re.fullmatch(pattern, term.coding_id), term.name


def verhoeff(digits: str) -> bool:
    """Whether the last digit is the check digit of a SNOMED CT identifier (Verhoeff 1969)."""
    dihedral = [[(a + b) % 5 if b < 5 else (a + b - 5) % 5 + 5 for b in range(10)] for a in range(5)]
    dihedral += [[(a - b) % 5 + 5 if b < 5 else (a - b) % 5 for b in range(10)] for a in range(5, 10)]
    turn = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]
    check = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit)
        for _ in range(place % 8):
            value = turn[value]
        check = dihedral[check][value]
    return check == 0


@pytest.mark.parametrize(
    "term", [t for t in vocabulary.terms() if t.coding == "SNOMED CT"], ids=lambda t: t.name
)
def test_snomed_codes_have_a_right_check_digit(term):
    assert verhoeff(term.coding_id)
    swapped = term.coding_id[:-1] + str((int(term.coding_id[-1]) + 1) % 10)
    assert not verhoeff(swapped)


@pytest.mark.parametrize("kind", list(TermKind))
@pytest.mark.parametrize("modality", [Modality.CHEST, Modality.FUNDUS])
def test_colour_and_pattern_tell_terms_apart(kind, modality):
    looks = Counter((t.colour, t.pattern) for t in vocabulary.terms(modality, kind))
    assert all(count == 1 for count in looks.values())


def test_a_bad_file_is_named(tmp_path):
    path = tmp_path / "labels.toml"
    path.write_text("[[term]]\nname = 'x'\n", encoding="utf-8")
    with pytest.raises(BadTable) as caught:
        vocabulary.read_terms(path)
    assert "labels.toml" in str(caught.value)


def test_it_imports_no_torch():
    code = "import sys, engine.vocabulary as v; v.term('MA'); sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_an_endless_word_is_not_repeated_in_full():
    with pytest.raises(UnknownLabel) as caught:
        vocabulary.term("x" * 10_000)
    assert "10000 characters" in str(caught.value)
    assert len(str(caught.value)) < 300
