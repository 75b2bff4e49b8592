"""Who a DICOM file is about: what tells clips of one person, and what may not leave it."""

import hashlib
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydicom import Dataset

# Beside every name of a person (VR PN) and every UID that is not one of DICOM itself.
_NAMES = ("InstitutionAddress", "InstitutionName", "InstitutionalDepartmentName", "PatientAddress")
_IDS = (
    "AccessionNumber",
    "AdmissionID",
    "DeviceSerialNumber",
    "IssuerOfPatientID",
    "OtherPatientIDs",
    "PatientBirthDate",
    "PatientID",
    "PatientTelephoneNumbers",
    "PerformedProcedureStepID",
    "RequestedProcedureID",
    "ScheduledProcedureStepID",
    "StationName",
    "StudyID",
)
_OF_DICOM = "1.2.840.10008."
# Letters of a part that tells: of names, and of ids, whose short parts any name has.
_SHORTEST_NAME, _SHORTEST_ID = 3, 5


def digest_of_words(*parts: str) -> str:
    """Return a digest of words, which does not tell them."""
    return hashlib.sha256("\n".join(parts).encode(errors="surrogateescape")).hexdigest()


def patient_digest(dataset: "Dataset") -> str:
    """Return what the clips of one patient in one study share; "" if the file does not say."""
    patient, study = (str(dataset.get(key) or "") for key in ("PatientID", "StudyInstanceUID"))
    return digest_of_words(patient, study) if patient or study else ""


def secrets_of(dataset: "Dataset") -> frozenset[str]:
    """Return names of people and places with their parts, ids and UIDs."""
    return frozenset(word for word in _words(dataset) if word)


def _words(dataset: "Dataset") -> Iterator[str]:
    for element in dataset:
        if element.VR == "SQ":
            for item in element.value:
                yield from _words(item)
            continue
        # Some are lists, some are names that print as text.
        values = element.value if element.VM > 1 else [element.value]
        texts = [str(value).strip() for value in values if value is not None]
        if element.VR == "UI":
            yield from (text for text in texts if not text.startswith(_OF_DICOM))
        elif element.VR == "PN" or element.keyword in (*_NAMES, *_IDS):
            shortest = _SHORTEST_ID if element.keyword in _IDS else _SHORTEST_NAME
            for text in texts:
                yield text
                yield from (part for part in re.split(r"[\W_]+", text) if len(part) >= shortest)
