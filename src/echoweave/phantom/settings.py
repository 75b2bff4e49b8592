"""What a phantom data set holds."""

from dataclasses import dataclass

from echoweave.errors import InputError, Problem
from echoweave.phantom.artefacts import PLAIN, REALISTIC, Artefacts

LAYOUTS = ("mhd", "nifti", "echonet", "clips", "mmode", "learn2reg")
SPECIES_NAMES = ("mouse", "human")
# Rows and columns unless told otherwise.
_CAMUS_SIZE, _ECHONET_SIZE, _MMODE_SIZE = (200, 160), (112, 112), (128, 1536)
# Voxels along x, y and z of Learn2Reg's volumes unless told otherwise, each of 8 mm.
_VOLUME_SIZE = (48, 40, 64)
MAX_TED = 98
_MAX_SIDE = 2048


@dataclass(frozen=True)
class PhantomSettings:
    """The options of ``echoweave phantom``, checked.

    Attributes:
        layout: What to write: CAMUS as in its release "mhd" or "nifti", "echonet", "clips" as
            people record them, "mmode", or "learn2reg".
        patients: Training patients.
        test_patients: Test patients; of "clips" there are none, of Learn2Reg at most 9.
        ted: Training patients that are also in TED; at most 98, as in the real TED. With EchoNet
            and clips there is none.
        beats: Beats in every third TED clip, the later ones weaker; the others have one, as those
            of the real TED.
        size: (rows, columns) of an image of usual depth, of every image of EchoNet, of every
            M-mode strip; None: 200 x 160, of EchoNet 112 x 112, of M-mode 128 x 1536. Of
            Learn2Reg (x, y, z) of the field of view of 384 x 320 x 512 mm; None: 48 x 40 x 64.
        frame_rate: Lowest and highest frame rate, Hz; the frames of a half cycle follow from it
            and from how long systole lasts.
        frames: Fewest and most frames of a half cycle, from which the frame rate follows instead;
            None: as the frame rate says, or 8 to 12 of the plain phantom. Of EchoNet those of a
            clip; None: 60 to 200 at the frame rate.
        seed: Seed of everything.
        diastoles: Whether clips that are stored with ES first show the filling after it, as it
            is, up to the next ED; otherwise the contraction before it, turned.
        artefacts: What the pictures show of real echo.
        hide_test_labels: Whether test patients go without masks, volumes and EF.
        species: Whose M-mode: "mouse" or "human".
        others: Cases of each further cohort of Learn2Reg.

    Raises:
        InputError: An option is out of range; all that are, together.
    """

    layout: str = "mhd"
    patients: int = 12
    test_patients: int = 4
    ted: int = 6
    beats: int = 2
    size: tuple[int, ...] | None = None
    frame_rate: tuple[float, float] = (30.0, 80.0)
    frames: tuple[int, int] | None = None
    seed: int = 2023
    diastoles: bool = False
    hide_test_labels: bool = False
    species: str = "mouse"
    others: int = 5
    artefacts: Artefacts = REALISTIC

    def __post_init__(self) -> None:
        echonet, camus = self.layout == "echonet", self.layout in ("mhd", "nifti")
        if self.frames is None and self.artefacts == PLAIN and not echonet:
            object.__setattr__(self, "frames", (8, 12))
        low, high = self.frame_rate
        least = 8 if echonet else 3
        fewest, most = self.frames or (least, least)
        volumes = self.layout == "learn2reg"
        sides, least_side = (3, 16) if volumes else (2, 32)
        size = self.size or (least_side,) * sides
        # As many as Learn2Reg trains on; fewer than are in its validation pairs, lest a phantom of
        # its full size pass for it, and the published numbers stand beside those of the phantom.
        most_patients, fewest_tests, most_tests = (20, 2, 9) if volumes else (9000, 0, 900)
        shown = self.artefacts
        checks = (
            (self.layout in LAYOUTS, "--layout", self.layout, ", ".join(LAYOUTS)),
            (
                self.species in SPECIES_NAMES,
                "--species",
                self.species,
                " or ".join(SPECIES_NAMES),
            ),
            (
                1 <= self.patients <= most_patients,
                "--patients",
                self.patients,
                f"1 to {most_patients}",
            ),
            (
                fewest_tests <= self.test_patients <= most_tests,
                "--test-patients",
                self.test_patients,
                f"{fewest_tests} to {most_tests}",
            ),
            (
                not camus or 0 <= self.ted <= min(MAX_TED, self.patients),
                "--ted",
                self.ted,
                f"0 to --patients, at most {MAX_TED}",
            ),
            (1 <= self.beats <= 10, "--beats", self.beats, "1 to 10"),
            (
                len(size) == sides and all(least_side <= side <= _MAX_SIDE for side in size),
                "--size",
                " ".join(map(str, size)),
                f"{'three' if volumes else 'two'} numbers from {least_side} to {_MAX_SIDE}",
            ),
            (0 <= self.others <= 100, "--others", self.others, "0 to 100"),
            (
                least <= fewest <= most,
                "--frames",
                f"{fewest} {most}",
                f"the fewest ({least} or more), then the most",
            ),
            (
                10 <= low <= high <= 500,
                "--frame-rate",
                f"{low:g} {high:g}",
                "the lowest, then the highest, from 10 to 500 Hz",
            ),
            (0 <= shown.rim <= 0.25, "--rim", shown.rim, "0 to 0.25"),
            (-60 <= shown.haze_db <= 10, "--haze-db", shown.haze_db, "-60 (none) to 10"),
            (0 <= shown.dropout_db <= 40, "--dropout-db", shown.dropout_db, "0 to 40"),
            (0 <= shown.out_of_plane <= 10, "--out-of-plane", shown.out_of_plane, "0 to 10"),
            (0 <= shown.jpeg <= 100, "--jpeg", shown.jpeg, "1 to 100, or 0 for none"),
            (self.seed >= 0, "--seed", self.seed, "0 or more"),
        )
        problems = [
            Problem("echoweave phantom", option, f"{value} is out of range", f"give {wanted}")
            for passed, option, value, wanted in checks
            if not passed
        ]
        if problems:
            raise InputError(problems)

    @property
    def image_size(self) -> tuple[int, int]:
        """(rows, columns) as asked for, or as the layout usually has them."""
        usual = {"echonet": _ECHONET_SIZE, "mmode": _MMODE_SIZE}.get(self.layout, _CAMUS_SIZE)
        rows, columns = self.size or usual
        return rows, columns

    @property
    def volume_size(self) -> tuple[int, int, int]:
        """Voxels along x, y and z of Learn2Reg's volumes."""
        x, y, z = self.size or _VOLUME_SIZE
        return x, y, z

    @property
    def training_numbers(self) -> list[int]:
        """Numbers of the training patients: those that are not multiples of ten."""
        return [i + 1 + i // 9 for i in range(self.patients)]

    @property
    def test_numbers(self) -> list[int]:
        """Numbers of the test patients: every tenth patient, as many as CAMUS tests on."""
        return [10 * (i + 1) for i in range(self.test_patients)]

    @property
    def ted_numbers(self) -> dict[int, int]:
        """Training patients in TED, and their numbers there."""
        return {number: MAX_TED - i for i, number in enumerate(self.training_numbers[: self.ted])}

    @property
    def ted_beats(self) -> dict[int, int]:
        """The number of beats in the TED clip of each training patient in TED."""
        return {
            number: self.beats if i % 3 == 0 else 1 for i, number in enumerate(self.ted_numbers)
        }
