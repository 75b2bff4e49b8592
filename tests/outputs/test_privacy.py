"""Names, ids and UIDs of a recording reach no output."""

import gzip
from dataclasses import replace
from pathlib import Path

import pytest
from pydicom import dcmread

from echoweave.clips.clip import Box
from echoweave.clips.files import ClipFile
from echoweave.clips.naming import clip_digest, clip_name
from echoweave.clips.read import read_clip
from echoweave.outputs.folder import write_clip
from echoweave.outputs.index import write_index
from echoweave.outputs.summary import load_summary
from tests.clips.samples import region, write_sample_dicom

from .hearts import phantom_heart

TAGS = {
    "PatientName": "ZWETSCHGENMANN^ADELHEID",
    "PatientID": "MRN-7788991",
    "PatientBirthDate": "19431231",
    "StudyInstanceUID": "1.3.6.1.4.1.99999.77.88.99",
    "SeriesInstanceUID": "1.3.6.1.4.1.99999.77.88.100",
    "SOPInstanceUID": "1.3.6.1.4.1.99999.77.88.101",
    "AccessionNumber": "ACC-445566",
    "InstitutionName": "Sankt Florian Hospital",
    "ReferringPhysicianName": "QUACKSALBER^THEOPHIL",
    "StudyDescription": "Echo of Frau Zwetschgenmann",
    "StudyDate": "20190304",
}
WORDS = ("zwetschgen", "adelheid", "7788991", "99999.77.88", "445566", "florian", "quacksalber")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The outputs of a recording whose file is called after the patient, and their index."""
    folder = tmp_path_factory.mktemp("private")
    heart = phantom_heart()
    path = folder / "in" / "Zwetschgenmann_Adelheid_7788991.dcm"
    path.parent.mkdir()
    rows, columns = heart.shown.shape[1:]
    write_sample_dicom(path, heart.shown, (region(Box(0, 0, rows, columns)),), TAGS)
    file = ClipFile(path)
    clip = read_clip(file)
    assert {"ZWETSCHGENMANN^ADELHEID", "MRN-7788991"} <= clip.secrets
    analysis = replace(
        heart,
        name=clip_name(file, clip.secrets, ()),
        input_digest=clip_digest(file),
        shown=clip.frames,
        spacing=clip.spacing,
        sources=clip.sources,
        notes=clip.notes,
    )
    out = folder / "out"
    write_clip(analysis, out / analysis.name, dicom_seg=True)
    write_index([load_summary(out / analysis.name / "summary.json")], [], [], out)
    return out


def content_of(path: Path) -> bytes:
    """The bytes of a file, and those packed in it."""
    raw = path.read_bytes()
    return raw + gzip.decompress(raw) if path.suffix == ".gz" else raw


def test_the_input_is_full_of_them(written: Path) -> None:
    (source,) = (written.parent / "in").iterdir()
    content = source.read_bytes().lower()
    assert all(word.encode() in content for word in WORDS)


def test_no_output_holds_a_name_an_id_or_a_uid(written: Path) -> None:
    files = [path for path in written.rglob("*") if path.is_file()]
    assert len(files) == 11
    for path in files:
        content = content_of(path).lower()
        found = [word for word in (*WORDS, *TAGS.values()) if word.lower().encode() in content]
        assert found == [], path.name
        assert not [word for word in WORDS if word in str(path.relative_to(written)).lower()]


def test_no_output_tells_where_it_was_written(written: Path) -> None:
    for path in (path for path in written.rglob("*") if path.is_file()):
        assert str(written.parent).encode() not in content_of(path), path.name


def test_dicom_has_uids_of_its_own(written: Path) -> None:
    for name in ("source.dcm", "seg.dcm"):
        read = dcmread(next(written.rglob(name)))
        assert (str(read.PatientName), read.PatientIdentityRemoved) == ("", "YES")
        assert read.StudyInstanceUID != TAGS["StudyInstanceUID"]
