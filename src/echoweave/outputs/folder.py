"""The folder of one clip: all that is written about it."""

from pathlib import Path

from echoweave.function.analysis import ClipAnalysis
from echoweave.io.atomic import whole_folder
from echoweave.io.images import write_sequence
from echoweave.outputs.frames import write_beats, write_frames
from echoweave.outputs.names import POSTER, REPORT, SUMMARY
from echoweave.outputs.overlay import write_overlay
from echoweave.outputs.page import write_report_page
from echoweave.outputs.poster import write_poster
from echoweave.outputs.summary import store_summary, summarise_clip

# Where a pixel has no known size.
_PIXEL = (1.0, 1.0)


def write_clip(analysis: ClipAnalysis, folder: Path, dicom_seg: bool = False) -> None:
    """Write the folder of one clip, whole or not at all; one that is there gives way.

    Args:
        analysis: What was found.
        folder: Gets masks.nii.gz (labels on the grid of the clip), overlay.mp4, poster.png,
            frames.csv, beats.csv, report.html and summary.json.
        dicom_seg: Whether seg.dcm and the anonymous source.dcm that it refers to are written too.

    Raises:
        InputError: ``dicom_seg`` without the packages that it needs.
    """
    with whole_folder(folder) as out:
        if dicom_seg:
            # Only here: highdicom takes long to import, and few have it.
            from echoweave.outputs.dicom_seg import write_dicom_seg

            write_dicom_seg(analysis, out / "source.dcm", out / "seg.dcm")
        write_sequence(out / "masks.nii.gz", analysis.labels, analysis.spacing or _PIXEL)
        write_overlay(analysis, out / "overlay.mp4")
        write_poster(analysis, out / POSTER)
        write_frames(analysis, out / "frames.csv")
        write_beats(analysis, out / "beats.csv")
        write_report_page(analysis, out / REPORT)
        # Last: a folder with a summary is whole.
        store_summary(summarise_clip(analysis), out / SUMMARY)
